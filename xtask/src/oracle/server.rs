//! A scratch PostgreSQL in a temporary directory, reached through a socket in it.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server. Dropped, it is stopped and its directory removed.
pub struct Server {
    directory: PathBuf,
    /// The database that scripts run in.
    database: String,
    process: Child,
}

impl Server {
    /// Makes a cluster and starts it.
    pub fn start() -> Result<Self, String> {
        let bin = binaries()?;
        let directory = std::env::temp_dir().join(format!("impact-oracle-{}", std::process::id()));
        std::fs::create_dir_all(&directory).map_err(|e| e.to_string())?;
        let owner = unprivileged();
        if let Some((user, group)) = owner {
            std::os::unix::fs::chown(&directory, Some(user), Some(group))
                .map_err(|e| e.to_string())?;
        }
        let data = directory.join("data");
        let as_owner = |program: &str| {
            let mut command = Command::new(bin.join(program));
            if let Some((user, group)) = owner {
                command.gid(group).uid(user);
            }
            command
                .current_dir(&directory)
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        };
        let made = as_owner("initdb")
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-N",
                "-E",
                "UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(&data)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            return Err("initdb failed".to_owned());
        }
        let process = as_owner("postgres")
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(&directory)
            .arg("-D")
            .arg(&data)
            .spawn()
            .map_err(|e| e.to_string())?;
        let database = "postgres".to_owned();
        let server = Self {
            directory,
            database,
            process,
        };
        server.wait()?;
        Ok(server)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a server needs a moment to start"
    )]
    fn wait(&self) -> Result<(), String> {
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(60) {
            if self
                .psql("SELECT 1;", false)
                .is_ok_and(|out| out.trim() == "1")
            {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Err("the server does not answer".to_owned())
    }

    /// Makes a database of that schema; scripts run in it from here on.
    pub fn load(&mut self, name: &str, schema: &str) -> Result<(), String> {
        self.psql(&format!("CREATE DATABASE \"{name}\";"), true)?;
        name.clone_into(&mut self.database);
        let trouble = self.psql(schema, true)?;
        if trouble.is_empty() {
            Ok(())
        } else {
            Err(format!("the schema of {name} is not valid: {trouble}"))
        }
    }

    /// Runs a script; what it prints, or with `messages` what the server says.
    pub fn psql(&self, script: &str, messages: bool) -> Result<String, String> {
        let file = self.directory.join("script.sql");
        let mut out = std::fs::File::create(&file).map_err(|e| e.to_string())?;
        out.write_all(script.as_bytes())
            .map_err(|e| e.to_string())?;
        let run = Command::new("psql")
            .args([
                "-X",
                "-q",
                "-A",
                "-t",
                "-U",
                "postgres",
                "-d",
                &self.database,
                "-h",
            ])
            .arg(&self.directory)
            .arg("-f")
            .arg(&file)
            .output()
            .map_err(|e| format!("psql: {e}"))?;
        let bytes = if messages { run.stderr } else { run.stdout };
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// Where the server's programs are.
fn binaries() -> Result<PathBuf, String> {
    let said = Command::new("pg_config").arg("--bindir").output();
    if let Ok(said) = said {
        let path = PathBuf::from(String::from_utf8_lossy(&said.stdout).trim());
        if path.join("initdb").exists() {
            return Ok(path);
        }
    }
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|path| path.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().ok_or_else(|| {
        "no PostgreSQL server is installed (Debian: apt-get install postgresql)".to_owned()
    })
}

/// The server does not run as root: then as the user `postgres`.
fn unprivileged() -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string(Path::new("/etc/passwd")).ok()?;
    let line = users.lines().find(|line| line.starts_with("postgres:"))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
