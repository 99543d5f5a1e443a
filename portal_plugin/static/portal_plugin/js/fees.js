/* The card form where the shop takes a fee for some ways of paying: the way is chosen first, with what
   it costs. Loaded in place of pay.js, which it builds on.

   Stripe's form is drawn for the chosen way alone, because Stripe refuses a payment whose ways are not
   the form's. What is shown here is reckoned as the server reckons it; the server's fee is the one
   that counts, and Stripe's form pays no other amount than it was drawn with. */

export default async function awaken(part, portal, dialog = null) {
  portal.style(part.dataset.feesStyle);
  const { CardForm } = await import(new URL(part.dataset.payModule, location.href));
  return new (withFees(CardForm))(part, portal, dialog).start();
}

const isolated = (text) => Object.assign(document.createElement("bdi"), { textContent: text });

const withFees = (CardForm) =>
  class extends CardForm {
    async start() {
      this.ways = this.find("ways");
      this.place = this.find("total");
      this.ways.addEventListener("change", () => this.turn());
      this.drawn = this.way.value;
      this.choose();
      this.drawing = super.start();
      await this.drawing;
    }

    get way() {
      return this.ways.querySelector(":checked");
    }

    /** In minor units. Half up to the smallest step, as the server rounds. */
    fee(way, amount) {
      const step = Number(this.part.dataset.step);
      const exact = (amount * Number(way.dataset.thousandths)) / 100_000 + Number(way.dataset.fixed);
      return Math.floor(exact / step + 0.5) * step;
    }

    total() {
      return this.amount() + this.fee(this.way, this.amount());
    }

    options() {
      const { methods } = this.way.dataset;
      const names = methods.replace(/^-/, "").split(",");
      const limit = methods.startsWith("-") ? "excludedPaymentMethodTypes" : "allowedPaymentMethodTypes";
      return { ...super.options(), [limit]: names };
    }

    choose() {
      super.choose();
      const amount = this.amount();
      for (const radio of this.ways.querySelectorAll("input")) {
        const place = radio.closest("label").querySelector("[data-portal-fee]");
        if (place) place.textContent = this.money(this.fee(radio, amount));
      }
      const fee = this.fee(this.way, amount);
      const text = this.place.dataset[fee ? "textFee" : "textNone"];
      const sums = { "{fee}": this.money(fee), "{total}": this.money(amount + fee) };
      const parts = text.split(/(\{\w+\})/).map((part) => (part in sums ? isolated(sums[part]) : part));
      this.place.replaceChildren(...parts);
    }

    /** One form after the other, and only the one that was chosen last. */
    turn() {
      this.choose();
      this.say("");
      if (!this.find("card")) return;
      this.find("submit").disabled = true;
      this.find("hosted").hidden = true;
      this.drawing = this.drawing.then(async () => {
        if (this.drawn === this.way.value) return this.ready();
        this.drawn = this.way.value;
        this.find("skeleton").hidden = false;
        this.element?.destroy();
        await this.draw();
      });
    }

    /** The form that is there is the chosen one again. */
    ready() {
      if (this.elements) this.find("submit").disabled = false;
    }

    busy(button) {
      super.busy(button);
      this.ways.inert = Boolean(button);
    }
  };
