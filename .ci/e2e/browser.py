"""Drives headless Chromium over its debugging pipe and checks a report.

usage: browser.py REPORT.html PROFILE_DIR [SCREENSHOT_DIR]

Only the standard library: the DevTools protocol is JSON messages, each ended
by a NUL byte, on file descriptors 3 (to the browser) and 4 (from it).
"""

import base64
import json
import os
import pathlib
import subprocess
import sys
import time

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND",
]


class Browser:
    def __init__(self, profile):
        to_child, self.write_fd = os.pipe()
        self.read_fd, from_child = os.pipe()

        def wire():
            os.dup2(to_child, 3)
            os.dup2(from_child, 4)

        # Descriptors 3 and 4 must be free in the child before wire() runs.
        self.process = subprocess.Popen(
            ["chromium", *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=wire, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        os.close(to_child)
        os.close(from_child)
        self.buffer, self.last_id, self.events = b"", 0, []

    def read(self, deadline):
        while b"\0" not in self.buffer:
            if time.time() > deadline:
                raise SystemExit("the browser did not answer in time")
            chunk = os.read(self.read_fd, 1 << 20)
            if not chunk:
                raise SystemExit("the browser ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        deadline = time.time() + 60
        while True:
            answer = self.read(deadline)
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def close(self):
        self.process.kill()
        self.process.wait()


def check(report, profile, shots):
    browser = Browser(profile)
    failures = []

    def want(condition, text):
        print(("ok    " if condition else "FAIL  ") + text)
        if not condition:
            failures.append(text)

    try:
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

        def page(method, **params):
            return browser.call(method, session, **params)

        def evaluate(js):
            result = page("Runtime.evaluate", expression=js, returnByValue=True, awaitPromise=True)
            if "exceptionDetails" in result:
                raise SystemExit(f"{js}: {result['exceptionDetails']}")
            return result["result"].get("value")

        for domain in ("Page", "Network", "Log", "Runtime"):
            page(f"{domain}.enable")
        url = pathlib.Path(report).resolve().as_uri()

        def load(width, height, media="screen", scheme="light"):
            page("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
            page("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])
            page("Page.navigate", url=url)
            for _ in range(200):
                if evaluate("document.readyState") == "complete":
                    break
                time.sleep(0.05)

        def shot(name):
            if shots:
                data = page("Page.captureScreenshot", format="png", captureBeyondViewport=False)["data"]
                pathlib.Path(shots, name).write_bytes(base64.b64decode(data))

        load(1280, 900)
        shot("report-light.png")
        want(evaluate("document.querySelectorAll('h1').length") == 1, "one h1")
        want(evaluate("document.querySelectorAll('svg').length") >= 5, "charts are drawn as SVG")
        want(evaluate("document.querySelectorAll('table').length") >= 3, "tables are there")
        want(evaluate("document.querySelectorAll('table caption').length") >= 3, "tables have captions")
        want(evaluate("[...document.querySelectorAll('svg')].every(s => s.getAttribute('aria-hidden') === 'true' || s.getAttribute('role') === 'img')"),
             "every chart has a role or is hidden from screen readers")
        want("$" in evaluate("document.body.innerText"), "there is money on the page")
        want(evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is wider than 1280 pixels")
        want(evaluate("""(() => { const b = document.querySelector('th button'); if (!b) return false;
            const th = b.closest('th'); b.click(); const first = th.getAttribute('aria-sort'); b.click();
            return !!first && first !== th.getAttribute('aria-sort'); })()"""), "a header button sorts its table")
        load(480, 900)
        shot("report-narrow.png")
        want(evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "nothing is wider than 480 pixels")
        load(1280, 900, scheme="dark")
        shot("report-dark.png")
        pdf = page("Page.printToPDF", printBackground=True)["data"]
        want(len(base64.b64decode(pdf)) > 20000, "it prints to PDF")

        page("Emulation.setScriptExecutionDisabled", value=True)
        load(1280, 900)
        page("Emulation.setScriptExecutionDisabled", value=False)

        requests = [e["params"]["request"]["url"] for e in browser.events if e.get("method") == "Network.requestWillBeSent"]
        other = [u for u in requests if not u.startswith(("data:", "blob:")) and u != url and not u.startswith(url + "#")]
        want(len(requests) >= 4 and not other, f"no request but for the file itself {other[:3]}")
        errors = [e["params"] for e in browser.events if e.get("method") == "Runtime.exceptionThrown"]
        errors += [e["params"] for e in browser.events
                   if e.get("method") == "Runtime.consoleAPICalled" and e["params"]["type"] in ("error", "assert")]
        errors += [e["params"]["entry"] for e in browser.events
                   if e.get("method") == "Log.entryAdded" and e["params"]["entry"]["level"] == "error"]
        want(not errors, f"no console error {json.dumps(errors)[:600] if errors else ''}")
    finally:
        browser.close()
    if failures:
        raise SystemExit(f"{len(failures)} checks failed")


if __name__ == "__main__":
    check(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else "")
