const message = document.getElementById("message");
let saidAt = 0;

export function say(text, bad = false) {
  message.textContent = text;
  message.className = bad ? "bad" : "";
  saidAt = performance.now();
}

// Another section was opened. What led there by itself, a delete or a merge, keeps its word.
export function hush() {
  if (performance.now() - saidAt > 500) say("");
}

export async function call(method, path, body) {
  const options = { method };
  if (method !== "GET") {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body ?? {});
  }
  const response = await fetch(`/_sandbox${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error || `HTTP ${response.status}`);
  return answer;
}

// Do something, tell how it went; true when it went well.
export async function attempt(done, work) {
  try {
    await work();
    say(done);
    return true;
  } catch (error) {
    say(error.message, true);
    return false;
  }
}
