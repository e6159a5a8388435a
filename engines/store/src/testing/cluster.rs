//! One private PostgreSQL cluster per test process, one database per test.
//!
//! The cluster is made by `initdb` in the system's temporary folder, listens on a socket there and nowhere else, and ends
//! with the test process however that ends: a small shell holds the other end of a pipe, and when the pipe closes it stops
//! the server and removes the folder. PostgreSQL refuses to run as root; then the user `postgres` or `nobody` runs it.
//! With `TACIT_TEST_POSTGRES=postgres://...` the databases are made on that server instead.

use crate::market::migrations;
use crate::place::DatabasePlace;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::OnceCell;

const OVERRIDE: &str = "TACIT_TEST_POSTGRES";
const TEMPLATE: &str = "tacit_market_template";
const TRIES: u32 = 600;
const PAUSE: Duration = Duration::from_millis(100);

/// Why there is no PostgreSQL to test on.
#[derive(Debug, thiserror::Error)]
pub enum NoPostgres {
    /// The server is not installed.
    #[error("found no PostgreSQL server; install it (apt-get install postgresql-15) or set {OVERRIDE}")]
    NotInstalled,
    /// It did not start.
    #[error("the private PostgreSQL cluster did not start: {said}")]
    NotStarted {
        /// What it said.
        said: String,
    },
    /// `pg_dump` did not read a database.
    #[error("pg_dump refused: {said}")]
    NotDumped {
        /// What it said.
        said: String,
    },
    /// A file could not be made.
    #[error("the folder of the private PostgreSQL cluster could not be made")]
    Folder(#[from] std::io::Error),
    /// The server refused.
    #[error("the PostgreSQL server for tests refused")]
    Refused(#[from] sqlx::Error),
}

/// A fresh database with the market's tables, for one test. On a server named by `TACIT_TEST_POSTGRES` it stays after the
/// test, named `tacit_test_...`.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
}

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
static COUNT: AtomicU32 = AtomicU32::new(0);

impl TestDatabase {
    /// Makes a database, starting the cluster at the first call of the process.
    pub async fn fresh() -> Result<Self, NoPostgres> {
        let cluster = CLUSTER.get_or_try_init(Cluster::start).await?;
        let name = format!("tacit_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        cluster.order(&format!("CREATE DATABASE {name} TEMPLATE {}", cluster.template)).await?;
        Ok(Self { url: cluster.url(&name) })
    }

    /// Its address, which `psql` and `pg_dump` understand too.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every row, as `pg_dump` writes it: one statement for each, bytes in hexadecimal.
    pub fn dump(&self) -> Result<Vec<u8>, NoPostgres> {
        let beside = programs().ok_or(NoPostgres::NotInstalled)?.join("pg_dump");
        let pg_dump = if beside.is_file() { beside } else { PathBuf::from("pg_dump") };
        let dumped = Command::new(pg_dump).args(["--inserts", "--dbname", &self.url]).output()?;
        if !dumped.status.success() {
            return Err(NoPostgres::NotDumped { said: String::from_utf8_lossy(&dumped.stderr).into_owned() });
        }
        Ok(dumped.stdout)
    }

    /// Where it is.
    pub fn place(&self) -> DatabasePlace {
        DatabasePlace::Postgres(self.url.clone())
    }
}

struct Cluster {
    /// The address of a database, with `{}` for its name.
    address: String,
    template: String,
    /// Its standard input is the pipe that keeps the server running.
    _keeper: Option<Child>,
}

impl Cluster {
    async fn start() -> Result<Self, NoPostgres> {
        sqlx::any::install_default_drivers();
        let cluster = match std::env::var(OVERRIDE) {
            Ok(url) => {
                let (server, options) = url.split_once('?').map_or((&*url, None), |(a, b)| (a, Some(b)));
                let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
                let options = options.map(|options| format!("?{options}")).unwrap_or_default();
                let template = format!("{TEMPLATE}_{}", std::process::id());
                Self { address: format!("{server}/{{}}{options}"), template, _keeper: None }
            }
            Err(_) => Self::start_private()?,
        };
        cluster.wait().await?;
        cluster.order(&format!("CREATE DATABASE {}", cluster.template)).await?;
        let mut connection = AnyConnection::connect(&cluster.url(&cluster.template)).await?;
        let migrated = migrations().run(&mut connection).await;
        migrated.map_err(|cause| sqlx::Error::Configuration(Box::new(cause)))?;
        connection.close().await?;
        Ok(cluster)
    }

    fn start_private() -> Result<Self, NoPostgres> {
        let programs = programs().ok_or(NoPostgres::NotInstalled)?;
        let folder = std::env::temp_dir().join(format!("tacit-postgres-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder)?;
        let user = user()?;
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))?;
        }
        let data = folder.join("data");
        let made = command(&programs.join("initdb"), user)
            .args(["-A", "trust", "-U", "tacit", "--no-sync", "-E", "UTF8", "--locale=C", "-D"])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            return Err(NoPostgres::NotStarted { said: String::from_utf8_lossy(&made.stderr).into_owned() });
        }
        let keeper = command(Path::new("/bin/sh"), user)
            .arg("-c")
            .arg(
                "\"$1\"/postgres -D \"$2\"/data -k \"$2\" -c listen_addresses= -c fsync=off -c max_connections=200 \
                 </dev/null >\"$2\"/log 2>&1 & server=$!; read -r nothing; kill -INT $server; wait $server; rm -rf \"$2\"",
            )
            .arg("keeper")
            .arg(&programs)
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let address = format!("postgres://tacit@localhost/{{}}?host={}", folder.display());
        Ok(Self { address, template: TEMPLATE.to_owned(), _keeper: Some(keeper) })
    }

    fn url(&self, database: &str) -> String {
        self.address.replace("{}", database)
    }

    async fn wait(&self) -> Result<(), NoPostgres> {
        let mut said = String::new();
        for _ in 0..TRIES {
            match AnyConnection::connect(&self.url("postgres")).await {
                Ok(connection) => {
                    connection.close().await?;
                    return Ok(());
                }
                Err(cause) => said = cause.to_string(),
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(NoPostgres::NotStarted { said })
    }

    /// Runs a statement whose text is ours.
    async fn order(&self, sql: &str) -> Result<(), sqlx::Error> {
        let mut connection = AnyConnection::connect(&self.url("postgres")).await?;
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
        connection.close().await
    }
}

fn command(program: &Path, user: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C");
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    command
}

/// The folder with `initdb` and `postgres`: on the PATH, or the newest that Debian installed.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).collect::<Vec<_>>().into_iter();
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| version.ok().map(|version| version.path().join("bin")))
        .collect();
    debian.sort();
    let mut folders = on_path.chain(debian.into_iter().rev());
    folders.find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// Whom to become: nobody else unless we are root.
fn user() -> std::io::Result<Option<(u32, u32)>> {
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let accounts = std::fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    let found = ids("postgres").or_else(|| ids("nobody"));
    found.map(Some).ok_or_else(|| std::io::Error::other("neither `postgres` nor `nobody` has an account"))
}
