// Items on the edit page: copy one, and drop proofs and files onto one.

const form = document.querySelector("[data-portal-totals]")?.closest("form");
const SEPARATE = new Set(["id", "key", "ORDER", "DELETE"]);

const rowOf = (element) => element.closest("[data-inline-panel-child]");
const prefixOf = (row) => row.id.replace("inline_child_", "");
const field = (row, name) => row.querySelector(`[name="${prefixOf(row)}-${name}"]`);
const living = (list) => [...list.children].filter((row) => !row.classList.contains("deleted"));

// A new row has its key from the start: saved in the background and once more before the answer to
// that has come, it is one row all the same.

document.addEventListener("w-formset:added", () => {
  for (const row of form?.querySelectorAll("[data-inline-panel-child]") ?? []) {
    const key = field(row, "key");
    if (key && !key.value) key.value = crypto.randomUUID?.() ?? "";
  }
});

// What is folded away is drawn when it is opened, as in a new row; until then its values are there.

const unfold = (row) => {
  const drawn = document
    .getElementById(row.parentElement.id.replace(/-FORMS$/, "-EMPTY_FORM_TEMPLATE"))
    .content.querySelectorAll("[data-portal-fold]");
  for (const [place, fold] of row.querySelectorAll("[data-portal-fold]").entries()) {
    if (!fold.hasAttribute("data-portal-put-off")) continue;
    const fields = document.createElement("template");
    fields.innerHTML = drawn[place].innerHTML.replaceAll("__prefix__", prefixOf(row).split("-").pop());
    fields.content.querySelector("summary").remove();
    for (const target of fields.content.querySelectorAll("[name]")) {
      const value = field(row, target.name.slice(prefixOf(row).length + 1));
      if (target.type === "checkbox") target.checked = Boolean(value);
      else if (value) target.value = value.value;
      value?.remove();
    }
    fold.append(fields.content);
    fold.removeAttribute("data-portal-put-off");
  }
};

// Copy

const fill = (from, to) => {
  for (const target of to.querySelectorAll(`[name^="${prefixOf(to)}-"]`)) {
    const name = target.name.slice(prefixOf(to).length + 1);
    const source = SEPARATE.has(name) ? null : field(from, name);
    if (!source) continue;
    if (target.type === "checkbox") target.checked = source.checked;
    else target.value = source.value;
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }
};

// As Wagtail numbers the rows after a drag.
const renumber = (list) => {
  const rows = living(list);
  rows.forEach((row, place) => {
    field(row, "ORDER").value = place + 1;
    row.querySelector("[data-inline-panel-child-count]").textContent = ` ${place + 1}`;
    row.querySelector("[data-inline-panel-child-move-up]").disabled = place === 0;
    row.querySelector("[data-inline-panel-child-move-down]").disabled = place === rows.length - 1;
  });
};

const copy = (row) => {
  unfold(row);
  const list = row.parentElement;
  document.getElementById(list.id.replace(/-FORMS$/, "-ADD")).click();
  const added = list.lastElementChild;
  fill(row, added);
  for (const [place, part] of row.querySelectorAll("details").entries()) {
    const twin = added.querySelectorAll("details")[place];
    if (twin && !twin.matches("[data-portal-item-files]")) twin.open = part.open;
  }
  row.after(added);
  renumber(list);
  field(added, "name").focus();
  field(added, "name").select();
};

// Proofs and files

const template = document.querySelector("[data-portal-upload]");
const KEY = "00000000-0000-0000-0000-000000000000";

// The bar is replaced after each background save: a new document has its address from then on.
const address = (row) => {
  const url = document.getElementById("portal-bar")?.dataset.itemFilesUrl;
  const key = field(row, "key")?.value;
  return url && key ? url.replace(KEY, key) : "";
};

const show = (row, html) => {
  const list = row.querySelector("[data-portal-item-files-list]");
  list.innerHTML = html;
  const count = Number(list.querySelector("[data-portal-count]").dataset.portalCount);
  row.querySelector("[data-portal-item-count]").textContent = count ? `(${count})` : "";
};

const load = async (row) => {
  const url = address(row);
  if (!url) return;
  const response = await fetch(url, { credentials: "same-origin" });
  const html = await response.text();
  // What was added meanwhile is shown already, and is not in this older answer.
  const list = row.querySelector("[data-portal-item-files-list]");
  if (response.ok && !list.children.length) show(row, html);
};

// Whoever does not add it after all ends what is on its way, too.
const send = (url, data, progress, dialog) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    dialog.addEventListener("close", () => request.abort());
    request.open("POST", url);
    request.upload.onprogress = (event) => {
      progress.value = event.lengthComputable ? (event.loaded / event.total) * 100 : 0;
    };
    request.onload = () => resolve(request);
    request.onerror = reject;
    request.send(data);
  });

// Of several that were dropped each is asked about: every proof has a wording of its own.
const ask = (row, files = [], place = 0) => {
  const file = files[place];
  const part = row.querySelector("[data-portal-item-files]");
  if (!address(row)) {
    part.open = true;
    const note = document.createElement("p");
    note.textContent = template.dataset.notSaved;
    row.querySelector("[data-portal-item-files-list]").replaceChildren(note);
    return;
  }
  document.body.append(template.content.cloneNode(true));
  const dialog = document.body.lastElementChild;
  const own = dialog.querySelector("form");
  const progress = dialog.querySelector("progress");
  const problem = dialog.querySelector("[data-portal-upload-problem]");
  const button = own.querySelector("[type=submit]");
  dialog.querySelector("[data-portal-item-name]").textContent = field(row, "name").value;
  const follow = () => {
    const chosen = own.elements.file.files[0];
    const isPicture = !chosen || /^(image\/(png|jpeg|webp)|application\/pdf)$/.test(chosen.type);
    if (!isPicture) own.elements.kind.value = "file";
    dialog.querySelector("[data-portal-proof-fields]").hidden = own.elements.kind.value === "file";
  };
  own.addEventListener("change", follow);
  if (file) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    own.elements.file.files = chosen.files;
    follow();
  }
  if (files.length > 1) {
    const which = dialog.querySelector("[data-portal-upload-which]");
    which.textContent = which.dataset.words.replace("%(place)s", place + 1).replace("%(count)s", files.length);
    which.hidden = false;
  }
  own.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(own);
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    problem.textContent = "";
    progress.hidden = false;
    button.disabled = true;
    try {
      const answer = await send(address(row), data, progress, dialog);
      const isText = answer.getResponseHeader("Content-Type")?.startsWith("text/plain");
      if (answer.status === 200) {
        show(row, answer.responseText);
        const note = document.createElement("p");
        note.textContent = template.dataset.added;
        row.querySelector("[data-portal-item-files-list]").append(note);
        part.open = true;
        dialog.close();
      } else {
        problem.textContent = isText ? answer.responseText : template.dataset.broken;
      }
    } catch {
      problem.textContent = template.dataset.broken;
    }
    progress.hidden = true;
    button.disabled = false;
  });
  own.querySelector("[data-portal-upload-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (place + 1 < files.length) ask(row, files, place + 1);
  });
  dialog.showModal();
  // The file is there already: the next thing to do is to say what it shows.
  const isProof = !dialog.querySelector("[data-portal-proof-fields]").hidden;
  if (file) (isProof ? own.elements.label : button).focus();
};

form?.addEventListener("click", (event) => {
  if (event.target.closest("[data-portal-item-copy]")) copy(rowOf(event.target));
  if (event.target.closest("[data-portal-item-add]")) ask(rowOf(event.target));
});

// "toggle" does not bubble.
form?.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("[data-portal-put-off]")) unfold(rowOf(event.target));
    const isFresh = event.target.matches?.("[data-portal-item-files]") && event.target.open;
    const list = isFresh && event.target.querySelector("[data-portal-item-files-list]");
    if (list && !list.children.length) load(rowOf(event.target));
  },
  true,
);

const dropped = (event) => {
  const row = event.target.closest?.("[data-inline-panel-child]");
  const isOurs = row?.querySelector("[data-portal-item-files]");
  return isOurs && event.dataTransfer?.types.includes("Files") ? row : null;
};

form?.addEventListener("dragover", (event) => {
  const row = dropped(event);
  if (!row) return;
  event.preventDefault();
  row.setAttribute("data-portal-drop", "");
});
form?.addEventListener("dragleave", (event) => dropped(event)?.removeAttribute("data-portal-drop"));
form?.addEventListener("drop", (event) => {
  const row = dropped(event);
  if (!row) return;
  event.preventDefault();
  row.removeAttribute("data-portal-drop");
  ask(row, [...event.dataTransfer.files]);
});
