//! The hand-written classes under another namespace, and the autoloader.

use std::fs;
use std::io;
use std::path::Path;

use crate::names::{ClassName, Namespace};
use crate::output::{File, Files, HEADER};
use crate::php::quoted;

/// The namespace that the runtime is written in.
const RUNTIME_NAMESPACE: &str = r"Leadtap\Client";

/// Adds the classes of `source`, moved to `namespace`.
pub(crate) fn copy(source: &Path, namespace: &Namespace, files: &mut Files) -> io::Result<()> {
    copy_directory(source, "", namespace, files)
}

fn copy_directory(
    directory: &Path,
    prefix: &str,
    namespace: &Namespace,
    files: &mut Files,
) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            copy_directory(&entry.path(), &format!("{prefix}{name}/"), namespace, files)?;
        } else if let Some(short) = name.strip_suffix(".php") {
            let text = moved(&fs::read_to_string(entry.path())?, namespace.root());
            files.add(File {
                path: format!("{prefix}{name}"),
                class: Some(class(prefix, short, namespace)),
                text,
            });
        }
    }
    Ok(())
}

fn class(prefix: &str, short: &str, namespace: &Namespace) -> ClassName {
    let inside = prefix.trim_end_matches('/').replace('/', "\\");
    let whole = format!("{}\\{inside}", namespace.root());
    ClassName {
        namespace: whole.trim_end_matches('\\').to_owned(),
        short: short.to_owned(),
    }
}

/// The same source under `root`, marked as generated.
fn moved(text: &str, root: &str) -> String {
    text.replace(RUNTIME_NAMESPACE, root)
        .replacen("<?php\n", &format!("<?php\n\n{HEADER}\n"), 1)
}

/// Adds `autoload.php`, a class map, for those who do without Composer.
pub(crate) fn autoloader(namespace: &Namespace, files: &mut Files) {
    let map: String = files
        .classes()
        .map(|(class, path)| {
            let name = quoted(class.absolute().trim_start_matches('\\'));
            format!("        {name} => {},\n", quoted(path))
        })
        .collect();
    let text = format!(
        "<?php\n\n{HEADER}\n// Loads the classes of {root} without Composer.\n\ndeclare(strict_types=1);\n\n\
         spl_autoload_register(static function (string $class): void {{\n    static $paths = [\n{map}    ];\n\
         \x20   if (isset($paths[$class])) {{\n        require __DIR__ . '/' . $paths[$class];\n    }}\n}});\n",
        root = namespace.root(),
    );
    files.add(File {
        path: "autoload.php".to_owned(),
        class: None,
        text,
    });
}
