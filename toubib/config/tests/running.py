"""Start the real server in a folder of its own, as an operator would, and stop it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(check, *, seconds=30, what="it"):
    """The first true answer of `check`; the last words are in the message when there is none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError, OSError):
            answer = check()
            if answer:
                return answer
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come within {seconds} s")


def shipped_settings():
    """deploy/toubib.env as systemd reads it."""
    lines = (DEPLOY / "toubib.env").read_text().splitlines()
    pairs = [line.split("=", 1) for line in lines if line and not line.startswith("#")]
    return {name: value.strip('"') for name, value in pairs}


def environment(folder, **more):
    """What an operator's env file says, for a throw-away server."""
    secret = folder / "secret"
    secret.write_text("s" * 40)
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TOUBIB_", "PROMETHEUS", "DJANGO_"))
    }
    return inherited | {
        "TOUBIB_DATA_DIR": str(folder),
        "TOUBIB_SECRET_KEY_FILE": str(secret),
        "TOUBIB_ALLOW_HTTP": "1",
        "TOUBIB_LOG_LEVEL": "WARNING",
        "TOUBIB_BIND": f"127.0.0.1:{free_port()}",
        "TOUBIB_LIVE_BIND": f"127.0.0.1:{free_port()}",
        **more,
    }


def toubib(*arguments, env):
    command = [sys.executable, "-m", "toubib.config", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def run_inside(code, *, env):
    """Python in a process of its own, with Django set up; what it printed."""
    begin = "import django; django.setup()\n"
    django = {**env, "DJANGO_SETTINGS_MODULE": "toubib.config.settings"}
    command = [sys.executable, "-c", begin + code]
    done = subprocess.run(command, env=django, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Server:
    """`toubib serve` with its words on stderr in a file."""

    def __init__(self, env, log):
        self.env, self.log = env, log
        self.address = f"http://{env['TOUBIB_BIND']}"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "toubib.config", "serve"]
            self.process = subprocess.Popen(
                command, env=env, stderr=out, stdout=out, stdin=subprocess.DEVNULL
            )

    def wait_ready(self, seconds=90):
        def ready():
            return httpx.get(self.address + "/readyz", timeout=5).status_code == 200

        try:
            wait_until(ready, seconds=seconds, what="readyz")
        except AssertionError as error:
            raise AssertionError(f"{error}; it said: {self.said()}") from None

    def said(self):
        return self.log.read_text(errors="replace")

    def pid_of(self, part):
        """Of the last start of a part."""
        lines = [line for line in self.said().splitlines() if f": {part} runs (pid " in line]
        return int(lines[-1].rsplit("pid ", 1)[1].rstrip(")")) if lines else None

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=20)


@contextlib.contextmanager
def serving(env, folder):
    server = Server(env, folder / "serve.log")
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()


@contextlib.contextmanager
def nginx(folder, *, pages, live, static, port):
    """Debian's nginx with the configuration that is shipped, its capitals filled in."""
    make_certificate(folder)
    site = (DEPLOY / "nginx.conf").read_text()
    words = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "SERVER_NAME": "localhost",
        "CERTIFICATE_KEY": str(folder / "key.pem"),
        "CERTIFICATE": str(folder / "certificate.pem"),
        "PAGES_ADDRESS": pages,
        "LIVE_ADDRESS": live,
        "STATIC_ROOT": static,
        "/var/log/nginx/": f"{folder}/",
    }
    for word, meaning in words.items():
        assert word in site
        site = site.replace(word, meaning)
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    whole = f"{user} daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
    whole += "events { worker_connections 256; }\nhttp { include /etc/nginx/mime.types;\n"
    (folder / "nginx.conf").write_text(f"{whole}{temporary}{site}}}\n")
    command = ["/usr/sbin/nginx", "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stderr.close()


def make_certificate(folder):
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(pem))
