/* One request to the server, and what its answer means for a choice. */

const LONGEST_WAIT = 20_000;
const OUT_OF_DATE = "This page is out of date.";

/* Read each time: signing in again or changing trust in another tab changes it. */
function token() {
  const cookie = document.cookie.split("; ").find((each) => each.startsWith("csrftoken="));
  return cookie ? cookie.slice("csrftoken=".length) : "";
}

function later(reason, words = "") {
  return { result: "later", reason, words };
}

/* Return { result } saved, conflict, refused or later; only `saved` means that it is written. */
export async function post(address, choice) {
  try {
    const response = await fetch(address, {
      method: "POST",
      redirect: "manual",
      keepalive: true,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
      body: JSON.stringify(choice),
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    if (response.type === "opaqueredirect") return later("signed out");
    const json = response.headers.get("Content-Type")?.startsWith("application/json");
    const answer = json ? await response.json() : {};
    if (response.status === 200 && answer.result === "saved") return answer;
    if (response.status === 409 && answer.result === "conflict") return answer;
    if (response.status === 403) {
      return later(answer.result === "another trust" ? "another trust" : "signed out", answer.words ?? OUT_OF_DATE);
    }
    if (response.status === 404) {
      return { result: "refused", words: "This pupil or class is no longer one of yours." };
    }
    if (json && response.status >= 400 && response.status < 500) {
      return { result: "refused", words: answer.words };
    }
    return later("server");
  } catch {
    return later("connection");
  }
}
