// The PDF viewer page. Without this file the frame, the download and the print page still work.

const PAUSE = 1500;
const TRIES = 40;
// What Chromium's viewer understands: no row of small pages, and as wide as the frame.
const LOOK = "#navpanes=0&view=FitH";

const viewer = document.querySelector("[data-portal-viewer]");
const frame = viewer.querySelector("[data-portal-frame]");
const note = viewer.querySelector("[data-portal-preparing]");
const { printUrl, fileUrl, downloadUrl } = viewer.dataset;
const wantsDownload = new URLSearchParams(location.search).get("download") === "1";

// A small touch screen shows one scaled-down sheet, or a button, where a PDF is framed.
const showsPdf =
  navigator.pdfViewerEnabled !== false &&
  !matchMedia("(pointer: coarse) and (max-width: 60rem)").matches;

function show(url) {
  // Replacing keeps the frame out of the way back to the document.
  frame.contentWindow.location.replace(new URL(url, location.href));
}

/** Whether there is a file yet: while there is none, the answer is a way to the print page. */
async function isReady() {
  try {
    const answer = await fetch(fileUrl, { method: "HEAD", redirect: "manual" });
    return answer.type === "basic" && answer.ok;
  } catch {
    return false;
  }
}

async function wait() {
  note.textContent = note.dataset.text;
  for (let i = 0; i < TRIES; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    if (await isReady()) {
      note.textContent = "";
      if (showsPdf) show(fileUrl + LOOK);
      if (wantsDownload) location.assign(downloadUrl);
      return;
    }
  }
  note.textContent = "";
}

/** Print what the frame shows. Some browsers keep their PDF viewer to themselves: then print the
    page of the same parts, from a frame that nobody sees. */
function print(event) {
  event.preventDefault();
  try {
    frame.contentWindow.focus();
    frame.contentWindow.print();
  } catch {
    const hidden = document.createElement("iframe");
    hidden.src = printUrl;
    hidden.setAttribute("aria-hidden", "true");
    hidden.tabIndex = -1;
    hidden.style.cssText = "position:fixed;inline-size:0;block-size:0;border:0";
    hidden.addEventListener("load", () => hidden.contentWindow.print());
    document.body.append(hidden);
  }
}

viewer.querySelector("[data-portal-print]").addEventListener("click", print);

if (!("ready" in viewer.dataset)) {
  if (viewer.querySelector("[data-portal-download]")) wait();
} else if (!showsPdf) {
  show(printUrl);
}
