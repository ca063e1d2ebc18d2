// Writing a note: what is too much is said before it is sent, what is sent shows how far it is,
// and what could not be sent stays in the form. The server decides; without this module the
// form works as any form does.

const part = (form, name) => form.querySelector(`[data-part="${name}"]`);

const formOf = (event) => event.target.closest?.('[data-part="note"]');

function say(form, name, words) {
  const place = part(form, name);
  place.textContent = words;
  place.hidden = !words;
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

// What the server would refuse after a long upload.
function tooMuch(form) {
  const input = form.querySelector('input[type="file"]');
  const files = [...input.files];
  const most = Number(form.dataset.files);
  const largest = Number(form.dataset.fileBytes);
  if (files.length > most) return `These are ${files.length} files. A note holds up to ${most}.`;
  return files
    .filter((file) => file.size > largest)
    .map((file) => `“${file.name}” has ${megabytes(file.size)}. A file may have up to ${megabytes(largest)}.`)
    .join(" ");
}

function progress(form, share) {
  const place = part(form, "sending");
  place.hidden = share === null;
  if (share !== null) place.querySelector("progress").value = share;
}

document.addEventListener("change", (event) => {
  const form = formOf(event);
  if (form && event.target.type === "file") say(form, "too-much", tooMuch(form));
});

document.addEventListener("submit", (event) => {
  const form = formOf(event);
  if (!form || !tooMuch(form)) return;
  event.preventDefault();
  event.stopPropagation();
  say(form, "too-much", tooMuch(form));
  form.querySelector('input[type="file"]').focus();
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event);
  if (!form || event.detail.elt !== form) return;
  say(form, "trouble", "");
  if (form.querySelector('input[type="file"]').files.length) progress(form, 0);
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = formOf(event);
  if (form && event.detail.lengthComputable && !part(form, "sending").hidden) {
    progress(form, (100 * event.detail.loaded) / event.detail.total);
  }
});

const KEPT = "What you wrote and chose is still here.";

function trouble(words) {
  return (event) => {
    const form = formOf(event);
    if (!form) return;
    progress(form, null);
    say(form, "trouble", typeof words === "function" ? words(event) : words);
  };
}

const gone = `Not saved: the connection is gone. ${KEPT} Save again when it is back.`;
document.addEventListener("htmx:sendError", trouble(gone));
document.addEventListener("htmx:timeout", trouble(gone));
document.addEventListener("htmx:sendAbort", trouble(gone));

const ANSWERS = {
  400: "Not saved: the files together are too large, or did not arrive whole.",
  403: "Not saved: this page is out of date, or you no longer record for this pupil. Open it anew in another tab.",
  404: "Not saved: this pupil is no longer within your reach.",
  413: "Not saved: the files together are too large.",
};
document.addEventListener("htmx:responseError", trouble((event) => {
  const answer = ANSWERS[event.detail.xhr.status] ?? "Not saved: the server could not do it just now.";
  return `${answer} ${KEPT}`;
}));
