// The page around the overlay asks the API itself how it went; this only says that it is time to.
window.parent.postMessage({ standin: "challenge", event: "done" }, "*");
