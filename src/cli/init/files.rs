//! The files that are made, and their rights.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

use nix::unistd::{Gid, Uid, geteuid};

use super::super::exit::{CommandError, Exit};
use super::super::new_file::{self, Rights};
use super::PACKAGE_FOLDER;
use super::answers::Person;
use crate::config::Config;
use crate::domain::secret::Secret;
use crate::storage::KeyRing;

/// What the package puts where the configuration goes. Nobody needs a copy of
/// it that they have not changed.
const EXAMPLE: &str = include_str!("../../../deploy/leadtap.example.toml");

/// Where everything goes. Paths are absolute, and as texts for the
/// configuration.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) folder: PathBuf,
    pub(super) configuration: PathBuf,
    pub(super) secret: String,
    pub(super) ring: String,
    pub(super) socket: String,
    pub(super) store: String,
    /// Whether it is the package's folder, whose other places are known.
    pub(super) packaged: bool,
}

/// What was made.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Files and folders, in the order in which they were made.
    pub(super) paths: Vec<PathBuf>,
    /// Whether there was a key ring before, which stays.
    pub(super) ring_stays: bool,
    /// Where the package's untouched example is now.
    pub(super) example: Option<PathBuf>,
}

impl Places {
    pub(super) fn in_folder(folder: &Path) -> Result<Self, CommandError> {
        let folder = std::path::absolute(folder)?;
        let within = |name: &str| {
            let path = folder.join(name);
            path.to_str().map(str::to_owned).ok_or_else(|| {
                CommandError::new(
                    Exit::Usage,
                    "--folder holds what is no text.",
                    "Name a folder in UTF-8.",
                )
            })
        };
        let packaged = folder == Path::new(PACKAGE_FOLDER);
        Ok(Self {
            configuration: folder.join("leadtap.toml"),
            secret: within("shop.secret")?,
            ring: within("keys/ring")?,
            socket: if packaged {
                "/run/leadtap/leadtap.sock".to_owned()
            } else {
                within("leadtap.sock")?
            },
            store: if packaged {
                "/var/lib/leadtap".to_owned()
            } else {
                within("data")?
            },
            packaged,
            folder,
        })
    }

    /// Fails if anything is there that would have to be overwritten.
    pub(super) fn are_free(&self) -> Result<(), CommandError> {
        if self.configuration.exists() && !self.holds_the_example() {
            return Err(taken(&self.configuration));
        }
        let secret = Path::new(&self.secret);
        if std::fs::symlink_metadata(secret).is_ok() {
            return Err(taken(secret));
        }
        Ok(())
    }

    fn holds_the_example(&self) -> bool {
        std::fs::read_to_string(&self.configuration).is_ok_and(|text| text == EXAMPLE)
    }
}

/// Writes everything, or nothing: what was made before something failed is
/// taken away again.
pub(super) fn write(
    places: &Places,
    configuration: &str,
    secret: &Secret,
    daemon: &Person,
) -> Result<Made, CommandError> {
    let mut made = Made::default();
    let written = made.all(places, configuration, secret, daemon);
    if let Err(error) = written {
        made.undo(&places.configuration);
        return Err(error);
    }
    Ok(made)
}

impl Made {
    fn all(
        &mut self,
        places: &Places,
        configuration: &str,
        secret: &Secret,
        daemon: &Person,
    ) -> Result<(), CommandError> {
        let theirs = geteuid().is_root().then_some((daemon.uid, daemon.gid));
        let private = Rights {
            mode: 0o600,
            owner: theirs,
        };
        // The configuration holds no secret, and the daemon may read it and no more.
        let readable = Rights {
            mode: 0o640,
            owner: theirs.map(|(_, group)| (Uid::from_raw(0), group)),
        };
        if places.packaged {
            self.folder(&places.folder, 0o750, readable.owner)?;
        } else {
            // The daemon makes its data and its socket there, which callers must reach.
            self.folder(&places.folder, 0o755, theirs)?;
        }
        self.file(Path::new(&places.secret), secret.expose(), private)?;
        self.ring(Path::new(&places.ring), private)?;
        if places.holds_the_example() {
            let aside = places.folder.join("leadtap.toml.example");
            if aside.exists() {
                return Err(taken(&aside));
            }
            std::fs::rename(&places.configuration, &aside)
                .map_err(|error| failed(&places.configuration, &error))?;
            self.example = Some(aside);
        }
        self.file(&places.configuration, configuration, readable)?;
        Config::load(&places.configuration)
            .map(drop)
            .map_err(|problems| {
                CommandError::new(
                    Exit::Configuration,
                    format!("These answers make no configuration, and nothing was left behind.\n{problems}"),
                    "Answer otherwise.",
                )
            })
    }

    /// A key ring that is lost loses the tokens, so one that is there stays.
    fn ring(&mut self, path: &Path, rights: Rights) -> Result<(), CommandError> {
        if std::fs::symlink_metadata(path).is_ok() {
            self.ring_stays = true;
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            self.folder(folder, 0o700, rights.owner)?;
        }
        let ring = KeyRing::generate()
            .map_err(|error| CommandError::new(Exit::Fault, format!("{error}."), ""))?;
        self.file(path, ring.expose(), rights)
    }

    fn file(&mut self, path: &Path, text: &str, rights: Rights) -> Result<(), CommandError> {
        new_file::write(path, text, rights).map_err(|error| failed(path, &error))?;
        self.paths.push(path.to_owned());
        Ok(())
    }

    fn folder(
        &mut self,
        path: &Path,
        mode: u32,
        owner: Option<(Uid, Gid)>,
    ) -> Result<(), CommandError> {
        if path.is_dir() {
            return Ok(());
        }
        DirBuilder::new()
            .mode(mode)
            .create(path)
            .map_err(|error| failed(path, &error))?;
        self.paths.push(path.to_owned());
        if let Some((user, group)) = owner {
            chown(path, Some(user.as_raw()), Some(group.as_raw()))
                .map_err(|error| failed(path, &error))?;
        }
        Ok(())
    }

    /// Takes away what was made, the newest first. What cannot be taken away
    /// stays, and the next run says so.
    fn undo(self, configuration: &Path) {
        for path in self.paths.iter().rev() {
            let _ = if path.is_dir() {
                std::fs::remove_dir(path)
            } else {
                std::fs::remove_file(path)
            };
        }
        if let Some(example) = self.example {
            let _ = std::fs::rename(example, configuration);
        }
    }
}

fn taken(path: &Path) -> CommandError {
    let shown = path.display();
    CommandError::new(
        Exit::CannotCreate,
        format!("{shown} is there already, and nothing is ever overwritten."),
        format!(
            "Change it by hand; or move it aside (`mv {shown} {shown}.old`), or name another --folder."
        ),
    )
}

fn failed(path: &Path, error: &io::Error) -> CommandError {
    let shown = path.display();
    let what_to_do = match error.kind() {
        io::ErrorKind::PermissionDenied => "Run this with sudo, or name another --folder.",
        io::ErrorKind::NotFound => "Make the folder above it first.",
        io::ErrorKind::AlreadyExists => "Move it aside: nothing is ever overwritten.",
        _ => "Look at the disk, or name another --folder.",
    };
    CommandError::new(
        Exit::CannotCreate,
        format!("{shown} could not be made: {error}."),
        what_to_do,
    )
}
