// What may be typed into the card form: formatting while typing, and what is wrong with it.
"use strict";

const Fields = (() => {
  const AMEX = /^3[47]/;

  const digits = (text) => text.replace(/\D/g, "");

  const brand = (number) => {
    if (AMEX.test(number)) return "amex";
    if (/^4/.test(number)) return "visa";
    return /^(5[1-5]|2[2-7])/.test(number) ? "mastercard" : "";
  };

  const grouped = (text) => {
    const number = digits(text).slice(0, AMEX.test(text) ? 15 : 19);
    if (AMEX.test(number)) return number.replace(/^(\d{4})(\d{0,6})(\d*)$/, "$1 $2 $3").trim();
    return number.replace(/(\d{4})(?=\d)/g, "$1 ");
  };

  const dated = (text) => {
    let number = digits(text);
    if (/^[2-9]/.test(number)) number = "0" + number;
    if (/^\d{2}20\d{2}$/.test(number)) number = number.slice(0, 2) + number.slice(4);
    number = number.slice(0, 4);
    return number.length > 2 ? number.slice(0, 2) + " / " + number.slice(2) : number;
  };

  const ibanGrouped = (text) =>
    text.replace(/[^a-z0-9]/gi, "").toUpperCase().slice(0, 34).replace(/(.{4})(?=.)/g, "$1 ");

  const passesLuhn = (number) =>
    [...number].reverse().reduce((sum, digit, place) => {
      const value = Number(digit) * (place % 2 ? 2 : 1);
      return sum + (value > 9 ? value - 9 : value);
    }, 0) % 10 === 0;

  const passesMod97 = (iban) => {
    const turned = iban.slice(4) + iban.slice(0, 4);
    const number = [...turned].map((letter) => parseInt(letter, 36)).join("");
    return [...number].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
  };

  // Each answers a code of Stripe's, or "" where all is well.
  const problems = {
    number: (text) => {
      const number = digits(text);
      if (number.length < (AMEX.test(number) ? 15 : 16)) return "incomplete_number";
      return passesLuhn(number) ? "" : "invalid_number";
    },
    expiry: (text) => {
      const number = digits(text);
      const month = Number(number.slice(0, 2));
      if (number.length < 4 || month < 1 || month > 12) return "incomplete_expiry";
      const year = 2000 + Number(number.slice(2));
      const today = new Date();
      if (year < today.getFullYear()) return "invalid_expiry_year_past";
      const past = year === today.getFullYear() && month < today.getMonth() + 1;
      return past ? "invalid_expiry_month_past" : "";
    },
    cvc: (text, number) => {
      const length = digits(text).length;
      return length >= (AMEX.test(digits(number)) ? 4 : 3) ? "" : "incomplete_cvc";
    },
    name: (text) => (text.trim() ? "" : "incomplete_name"),
    email: (text) => (/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/.test(text.trim()) ? "" : "incomplete_email"),
    iban: (text) => {
      const iban = text.replace(/\s/g, "");
      if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban)) return "incomplete_iban";
      return passesMod97(iban) ? "" : "invalid_iban";
    },
  };

  const formats = { number: grouped, expiry: dated, cvc: (text) => digits(text).slice(0, 4), iban: ibanGrouped };

  // Formats in place and leaves the caret behind the same character as before.
  const reformat = (input) => {
    const format = formats[input.name];
    if (!format) return;
    const before = input.value.slice(0, input.selectionStart).replace(/[^a-z0-9]/gi, "").length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = format(input.value);
    if (atEnd) return;
    let caret = 0;
    for (let seen = 0; caret < input.value.length && seen < before; caret++) {
      if (/[a-z0-9]/i.test(input.value[caret])) seen++;
    }
    input.setSelectionRange(caret, caret);
  };

  return { brand, digits, problems, reformat };
})();
