// The player of a recording: speed, skipping, where the reader was, the transcript of its captions, and heartbeats that
// let it count for who is signed in.

const BEAT_SECONDS = 10;
const box = document.getElementById("player");
const media = box.querySelector("video, audio");
const part = (name) => box.querySelector(`[data-${name}]`);
const { slug } = box.dataset;
const key = `convene:recording:${slug}`;
const clock = (seconds) => {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = String(Math.floor(seconds % 60)).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
};

// Controls

box.querySelector(".controls").hidden = false;
for (const button of box.querySelectorAll("[data-skip]")) {
  button.addEventListener("click", () => {
    media.currentTime = Math.max(0, media.currentTime + Number(button.dataset.skip));
  });
}
part("speed").addEventListener("change", ({ target }) => {
  media.playbackRate = Number(target.value);
});
media.addEventListener("ratechange", () => {
  const offered = [...part("speed").options].some((option) => Number(option.value) === media.playbackRate);
  if (offered) part("speed").value = String(media.playbackRate);
});
media.addEventListener("error", () => {
  if (media.crossOrigin) {
    // A site that does not let others read what it serves still lets them play it, though without captions from elsewhere.
    media.removeAttribute("crossorigin");
    media.querySelector("track")?.remove();
    media.load();
  } else {
    part("broken").hidden = false;
  }
});

// Where the reader was; storage may be forbidden.

const remembered = () => {
  try {
    return Number(localStorage.getItem(key)) || 0;
  } catch {
    return 0;
  }
};
const remember = () => {
  try {
    if (media.ended) localStorage.removeItem(key);
    else if (media.currentTime) localStorage.setItem(key, String(Math.floor(media.currentTime)));
  } catch {
    /* Then nothing is remembered. */
  }
};
const resume = () => {
  const at = remembered();
  if (at < 5 || at > media.duration - 5) return;
  media.currentTime = at;
  part("resumed").hidden = false;
  part("resumed").querySelector("span").textContent = `It goes on at ${clock(at)}, where you stopped.`;
};
part("resumed").querySelector("button").addEventListener("click", () => {
  media.currentTime = 0;
  part("resumed").hidden = true;
});
if (media.readyState >= HTMLMediaElement.HAVE_METADATA) resume();
else media.addEventListener("loadedmetadata", resume, { once: true });

// Who watches: who is signed in, or whose link from a mail it is. Its token is taken out of the address, so that nobody
// shares it with the page; it goes to registration alone, and is forgotten with this tab.

const KEPT = `convene:watch:${slug}`;
let token = new URLSearchParams(location.hash.slice(1)).get("token");
if (token) history.replaceState(null, "", location.pathname + location.search);
try {
  if (token) sessionStorage.setItem(KEPT, token);
  else token = sessionStorage.getItem(KEPT);
} catch {
  /* Then it is known until the page is loaded anew. */
}

// Heartbeats

let counting = true;
let last = -BEAT_SECONDS;
const beat = async () => {
  if (!counting) return;
  last = Date.now() / 1000;
  let answer;
  try {
    answer = await fetch(`/registration/v1/sessions/${slug}/views`, {
      method: "POST",
      keepalive: true,
      headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify({
        position_seconds: Math.floor(media.currentTime),
        duration_seconds: Math.max(1, Math.round(media.duration || Number(box.dataset.seconds))),
      }),
    });
  } catch {
    return; // The next one says as much.
  }
  if (answer.status === 410 && token) {
    // The link has ended; who is signed in is counted all the same.
    token = null;
    try {
      sessionStorage.removeItem(KEPT);
    } catch {
      /* Nothing was kept. */
    }
    return beat();
  }
  if (answer.status === 401 || answer.status === 403) {
    counting = false;
    part("sign-in").hidden = false;
  } else if (answer.ok) {
    const { watched_seconds: watched, duration_seconds: whole, viewed } = await answer.json();
    const share = Math.min(100, Math.floor((100 * watched) / whole));
    part("progress").textContent = viewed
      ? "You have seen this recording, and it counts."
      : `You have watched ${share} % of it. It counts from 80 % on.`;
  }
};
media.addEventListener("play", beat);
media.addEventListener("pause", () => {
  remember();
  beat();
});
media.addEventListener("seeking", remember);
media.addEventListener("timeupdate", () => {
  if (media.paused || Date.now() / 1000 - last < BEAT_SECONDS) return;
  remember();
  beat();
});
addEventListener("pagehide", () => {
  remember();
  if (!media.paused) beat();
});

// The transcript

const element = media.querySelector("track");
const write = () => {
  const list = part("transcript").querySelector("ol");
  const lines = [...element.track.cues].map((cue) => {
    const line = document.createElement("li");
    const button = document.createElement("button");
    const at = document.createElement("span");
    const said = document.createElement("span");
    button.type = "button";
    button.className = "plain";
    at.className = "at";
    at.textContent = clock(cue.startTime);
    said.textContent = cue.getCueAsHTML().textContent;
    button.append(at, said);
    button.addEventListener("click", () => {
      media.currentTime = cue.startTime;
      media.play();
    });
    cue.addEventListener("enter", () => line.classList.add("current"));
    cue.addEventListener("exit", () => line.classList.remove("current"));
    line.append(button);
    return line;
  });
  list.replaceChildren(...lines);
  part("transcript").hidden = lines.length === 0;
};
if (element) {
  if (element.readyState === HTMLTrackElement.LOADED) write();
  else element.addEventListener("load", write);
}
