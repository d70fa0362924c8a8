"""A headless Chromium for screenshots and tests, driven through a pipe: no port, no server."""

import base64
import json
import os
import select
import shutil
import signal
import time
from pathlib import Path

PATIENCE = 60  # seconds for an answer, and for a page


def find_browser():
    """Return the path of Chromium or Chrome, or None where there is neither."""
    return shutil.which("chromium") or shutil.which("google-chrome")


class Browser:
    """One tab of a browser that speaks the DevTools protocol.

    Args:
        executable: path of Chromium or Chrome.
        folder: its profile; a new one has nothing in its caches.
        patience: seconds after which waiting for an answer or a page is given up.
    """

    def __init__(self, executable, folder, patience=PATIENCE):
        commands, self.commands = os.pipe()
        self.replies, replies = os.pipe()
        flags = ["--headless", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
        flags += ["--disable-background-networking", "--disable-sync", "--disable-component-update"]
        flags += [f"--user-data-dir={folder}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        quiet = [(os.POSIX_SPAWN_OPEN, output, os.devnull, os.O_WRONLY, 0) for output in (1, 2)]
        ends = [(os.POSIX_SPAWN_DUP2, commands, 3), (os.POSIX_SPAWN_DUP2, replies, 4)]
        self.process = os.posix_spawn(
            executable, [executable, *flags], os.environ, file_actions=[*quiet, *ends]
        )
        os.close(commands)
        os.close(replies)
        self.patience, self.received, self.count, self.session = patience, b"", 0, {}
        tab = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = {
            "sessionId": self.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        }

    def call(self, method, **params):
        """Send one command and return its result."""
        self.count += 1
        command = {"id": self.count, "method": method, "params": params, **self.session}
        os.write(self.commands, json.dumps(command).encode() + b"\0")
        while True:
            while b"\0" not in self.received:
                answered = select.select([self.replies], [], [], self.patience)[0]
                assert answered, f"no answer to {method}"
                received = os.read(self.replies, 1 << 20)
                assert received, f"the browser is gone, before an answer to {method}"
                self.received += received
            reply, _, self.received = self.received.partition(b"\0")
            reply = json.loads(reply)
            if reply.get("id") == self.count:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']['message']}")
                return reply["result"]

    def value(self, expression):
        """Return the value of a JavaScript expression."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in reply, reply
        return reply["result"].get("value")

    def wait(self, expression):
        """Wait until the expression is true; while a page loads, it may not even be defined."""
        self._until(lambda: self._is_true(expression), f"never true: {expression}")

    def _until(self, holds, complaint):
        deadline = time.monotonic() + self.patience
        while not holds():
            assert time.monotonic() < deadline, complaint
            time.sleep(0.02)

    def _is_true(self, expression):
        try:
            return self.value(f"(() => {{ try {{ return {expression} }} catch {{}} }})()")
        except RuntimeError:  # the page that was asked has just gone
            return False

    def open(self, path):
        """Open an HTML file and wait until it has loaded."""
        self.call("Page.navigate", url=path.as_uri())
        self.wait(f"location.href === '{path.as_uri()}' && document.readyState === 'complete'")

    def reload(self):
        """Load the page anew and wait until it has loaded."""
        self.value("window.before = true")
        self.call("Page.reload")
        self.wait("window.before === undefined && document.readyState === 'complete'")

    def await_storage(self):
        """Reload until the page finds what it stored: a browser just started may lose all of it."""
        deadline = time.monotonic() + self.patience
        while not self.value("localStorage.getItem('kept')"):
            assert time.monotonic() < deadline, "the browser keeps nothing"
            self.value("localStorage.setItem('kept', 'yes')")
            self.reload()

    def press(self, key, **params):
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, **params)

    def click(self, selector):
        """Click at the middle of an element."""
        element = f"document.querySelector('{selector}')"
        self.value(f"{element}.scrollIntoView({{block: 'center'}})")
        x, y, width, height = (
            self.value(f"{element}.getBoundingClientRect().{name}")
            for name in ("x", "y", "width", "height")
        )
        at = {"x": x + width / 2, "y": y + height / 2, "button": "left", "clickCount": 1}
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, **at)

    def download(self, selector, path):
        """Click at an element and wait until the file that it saves is complete."""
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(path.parent))
        self.click(selector)
        # The name is there before the content.
        self._until(lambda: path.exists() and path.stat().st_size, f"never saved: {path}")

    def size(self, width, dark=False, height=900):
        """Set the width and height of the window in pixels, and the colour scheme."""
        self.call("Emulation.setScrollbarsHidden", hidden=True)  # they would move what is centred
        phone = width < 600
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=phone)  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def photograph(self, path, box=None):
        """Write a PNG file of the whole page, or of a box (x, y, width, height) in its pixels."""
        whole = "document.documentElement.scroll"
        box = box or (0, 0, self.value(f"{whole}Width"), self.value(f"{whole}Height"))
        clip = dict(zip(("x", "y", "width", "height"), box, strict=True), scale=1)
        seen = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)
        Path(path).write_bytes(base64.b64decode(seen["data"]))

    def close(self):
        """End the browser."""
        os.close(self.commands)
        os.close(self.replies)
        os.kill(self.process, signal.SIGTERM)
        os.waitpid(self.process, 0)
