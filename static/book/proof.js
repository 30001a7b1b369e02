// Finds the number behind a challenge of the altcha library, and says so in its form.
"use strict";

onmessage = async ({ data }) => {
  const wanted = data.challenge;
  const encoder = new TextEncoder();
  for (let number = 0; number <= Number(data.most); number += 1) {
    const hashed = await crypto.subtle.digest(data.algorithm, encoder.encode(data.salt + number));
    const hex = Array.from(new Uint8Array(hashed), (byte) => byte.toString(16).padStart(2, "0"));
    if (hex.join("") === wanted) {
      const { algorithm, challenge, salt, signature } = data;
      postMessage(btoa(JSON.stringify({ algorithm, challenge, number, salt, signature })));
      return;
    }
  }
};
