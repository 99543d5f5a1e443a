// "Add from template": one more item, with the fields of the template filled in.

const set = (field, value) => {
  if (!field) {
    return;
  }
  if (field.type === "checkbox") {
    field.checked = value;
  } else {
    field.value = value;
  }
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
};

const start = (picker) => {
  const prefix = picker.dataset.portalItemTemplates;
  const select = picker.querySelector("select");
  const templates = JSON.parse(document.getElementById("portal-item-templates").textContent);
  const field = (row, name) => document.getElementById(`id_${prefix}-${row}-${name}`);
  const last = () => Number(document.getElementById(`id_${prefix}-TOTAL_FORMS`).value) - 1;

  const isUntouched = (row) =>
    field(row, "name")?.value === "" &&
    field(row, "description")?.value === "" &&
    field(row, "DELETE")?.value === "";

  const freeRow = () => {
    if (!isUntouched(last())) {
      document.getElementById(`id_${prefix}-ADD`).click();
    }
    return last();
  };

  picker.querySelector("button").addEventListener("click", () => {
    const row = freeRow();
    for (const [name, value] of Object.entries(templates[select.value]?.fields ?? {})) {
      set(field(row, name), value);
    }
    const next = field(row, "quantity") ?? field(row, "name");
    next?.focus();
    next?.select();
  });

  // A new document may still move to another site, which has templates of its own.
  const site = document.getElementById("id_site");
  const options = [...select.options];
  const keepOfSite = () => {
    select.replaceChildren(...options.filter((option) => option.dataset.site === site.value));
    picker.hidden = select.options.length === 0;
  };
  picker.hidden = false;
  if (site) {
    site.addEventListener("change", keepOfSite);
    keepOfSite();
  }
};

for (const picker of document.querySelectorAll("[data-portal-item-templates]")) {
  start(picker);
}
