//! The server behind nginx and Caddy, as docs/deployment.md configures them, and clients that forge headers.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::site::{BOSS, Site};
use crate::support::api::PASSWORD;
use crate::support::{eventually, run};

/// The page whose configurations are tested.
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/deployment.md");

/// What a client may send to be taken for another, to change links, or to have its cookie without `Secure`.
const FORGED: [&str; 17] = [
    "Forwarded: for=192.0.2.66;proto=http;host=evil.example",
    "FORWARDED: for=\"[2001:db8::66]:4711\"",
    "Forwarded: for=\"192.0.2.66",
    "X-Forwarded-For: 192.0.2.66",
    "x-forwarded-for: 192.0.2.66, 192.0.2.67",
    "X-FORWARDED-FOR: [2001:db8::66]:80",
    "X-Forwarded-For: unknown",
    "X-Forwarded-For:",
    "X_Forwarded_For: 192.0.2.66",
    "X-Forwarded-Host: evil.example",
    "X_Forwarded_Host: evil.example",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Port: 80",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-Prefix: //evil.example",
    "X-Real-IP: 192.0.2.66",
    "X-Forwarded-For: 192.0.2.68\r\nX-Forwarded-For: 127.0.0.1\r\nForwarded: for=192.0.2.66\r\nForwarded: for=192.0.2.67",
];

#[test]
fn no_header_of_a_client_counts_behind_nginx() {
    behind(Proxy::nginx);
}

#[test]
fn no_header_of_a_client_counts_behind_caddy() {
    behind(Proxy::caddy);
}

fn behind(start: impl Fn(&str) -> Proxy) {
    // One mail an hour tells one network from another.
    let site = Site::start_with(&[("CHATAPI_TRUSTED_PROXIES", "127.0.0.1")]);
    let proxy = start(site.address());
    let bearer = format!("Authorization: Bearer {}", site.api().log_in(BOSS, PASSWORD).token());
    let origin = format!("https://chat.example.org:{}", proxy.port);
    for forged in FORGED {
        let root = proxy.ask("127.0.0.1", "/auth/", forged, &["-H", &bearer]);
        assert!(root.ends_with(&format!(r#"{{"users":"{origin}/auth/users/"}}"#)), "{forged}: {root}");
        let form = format!("username={BOSS}&password={PASSWORD}");
        let form = form.replace('!', "%21");
        let logged_in = proxy.ask("127.0.0.1", "/admin/login/", forged, &["--data-raw", &form]);
        let cookie = logged_in
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("set-cookie: chatapi_admin="));
        let cookie = cookie.unwrap_or_else(|| panic!("{forged}: {logged_in}"));
        assert!(cookie.contains("; Secure") && cookie.contains("Path=/admin;"), "{forged}: {cookie}");
    }
    let long = format!("@{}", proxy.file("long", &" ".repeat(2 << 20)).display());
    let json =
        ["-H", &bearer, "-H", "Content-Type: application/json", "-H", "Expect:", "--data-binary", &long];
    assert!(
        proxy.ask("127.0.0.1", "/messages/", "", &json).contains(" 413"),
        "a long body is refused as such"
    );
    assert!(proxy.ask("127.0.0.1", "/metrics", "", &[]).contains(" 404"));
    drop((proxy, site));

    let limited =
        [("CHATAPI_TRUSTED_PROXIES", "127.0.0.1"), ("CHATAPI_LIMITS", "yes"), ("CHATAPI_LIMIT_MAIL", "1/h")];
    let site = Site::start_with(&limited);
    let proxy = start(site.address());
    let mail = |from: &str, forged: &str, number: usize| {
        let form = format!("email=a{number}@b.example");
        let answer = proxy.ask(from, "/auth/users/reset_password/", forged, &["--data-raw", &form]);
        answer.split(' ').nth(1).map(str::to_owned).unwrap_or_default()
    };
    assert_eq!(mail("127.0.0.1", "", 0), "204");
    for (number, forged) in FORGED.into_iter().enumerate() {
        assert_eq!(mail("127.0.0.1", forged, number + 1), "429", "{forged}");
    }
    assert_eq!(mail("127.0.0.2", "", FORGED.len() + 1), "204", "another client is another network");
}

/// A proxy that runs, on a port of its own, for `chat.example.org`.
struct Proxy {
    process: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Proxy {
    /// nginx, before the server at this address.
    fn nginx(server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        certificate(&at("crt"), &at("key"));
        let (port, plain) = (free_port(), free_port());
        let site = documented("nginx")
            .replace("127.0.0.1:8000", server)
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port} ssl;"))
            .replace("listen 80;", &format!("listen 127.0.0.1:{plain};"))
            .replace("/etc/ssl/chat.example.org.crt", &at("crt"))
            .replace("/etc/ssl/chat.example.org.key", &at("key"));
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};\n", at(kind)))
            .concat();
        // Who may not change users ignores the first line, with a warning.
        let configuration = format!(
            "user root;\ndaemon off;\npid {};\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{site}\n}}\n",
            at("pid")
        );
        fs::write(at("nginx.conf"), configuration).unwrap();
        let mut nginx = Command::new(program("CHATAPI_TEST_NGINX", "nginx"));
        nginx.args(["-e", "stderr", "-p"]).arg(folder.path()).args(["-c", &at("nginx.conf")]);
        Self::start(&mut nginx, port, folder)
    }

    /// Caddy, before the server at this address.
    fn caddy(server: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let site = documented("caddyfile")
            .replace("127.0.0.1:8000", server)
            .replace("chat.example.org {", &format!("chat.example.org:{port} {{\n\tbind 127.0.0.1"));
        let options =
            "{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n";
        let file = folder.path().join("Caddyfile");
        fs::write(&file, format!("{options}{site}")).unwrap();
        let mut caddy = Command::new(program("CHATAPI_TEST_CADDY", "caddy"));
        caddy.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        caddy
            .env("HOME", folder.path())
            .env("XDG_DATA_HOME", folder.path())
            .env("XDG_CONFIG_HOME", folder.path());
        Self::start(&mut caddy, port, folder)
    }

    fn start(command: &mut Command, port: u16, folder: tempfile::TempDir) -> Self {
        let log = fs::File::create(folder.path().join("log")).unwrap();
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let proxy = Self { process, port, folder };
        eventually("the proxy answers", || proxy.ask("127.0.0.1", "/healthz", "", &[]).contains(" 200"));
        proxy
    }

    /// The head and the body of an answer to a client at this address that sends these headers.
    fn ask(&self, from: &str, path: &str, headers: &str, more: &[&str]) -> String {
        let host = format!("chat.example.org:{}", self.port);
        let mut curl = Command::new("curl");
        curl.args(["-qsk", "--http1.1", "--include", "--max-time", "30", "--interface", from, "--resolve"]);
        curl.arg(format!("{host}:127.0.0.1"));
        for header in headers.split("\r\n").filter(|header| !header.is_empty()) {
            // What ends with a colon would be taken away; with a semicolon it is sent, and is empty.
            let header =
                header.strip_suffix(':').map_or_else(|| header.to_owned(), |name| format!("{name};"));
            curl.args(["-H", &header]);
        }
        let output = run(curl.args(more).arg(format!("https://{host}{path}")));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A file for curl to send.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx has workers, which end when it is asked to.
        let _ = run(Command::new("kill").arg(self.process.id().to_string()));
        let _ = self.process.wait();
    }
}

/// What the document has in its block of this language.
fn documented(language: &str) -> String {
    let document = fs::read_to_string(Path::new(DOCUMENT)).unwrap();
    let (_, block) = document.split_once(&format!("```{language}\n")).unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

fn certificate(certificate: &str, key: &str) {
    let mut openssl = Command::new(program("CHATAPI_TEST_OPENSSL", "openssl"));
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
    openssl.args(["-days", "2", "-subj", "/CN=chat.example.org", "-out", certificate, "-keyout", key]);
    let made = run(&mut openssl);
    assert!(made.status.success(), "{made:?}");
}

fn program(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
