//! The frame of a PHP file: header, namespace, imports, body.

use std::collections::BTreeMap;

use crate::names::ClassName;
use crate::output::{File, HEADER};

/// A PHP file being written for one class.
pub(crate) struct Unit {
    class: ClassName,
    source: String,
    /// Short name to the class it stands for in this file, its own included.
    names: BTreeMap<String, ClassName>,
}

impl Unit {
    /// An empty file for `class`; `source` is the .proto that it comes from.
    pub(crate) fn new(class: ClassName, source: &str) -> Self {
        Self {
            source: source.to_owned(),
            names: BTreeMap::from([(class.short.clone(), class.clone())]),
            class,
        }
    }

    /// How this file writes the name of `class`: short where that is not
    /// taken, importing it where it has to be.
    pub(crate) fn name(&mut self, class: &ClassName) -> String {
        let known = self
            .names
            .entry(class.short.clone())
            .or_insert_with(|| class.clone());
        if known == class {
            class.short.clone()
        } else {
            class.absolute()
        }
    }

    /// The finished file around `body`, at its place under `root`.
    pub(crate) fn finish(self, root: &str, body: &str) -> File {
        let mut text = format!("<?php\n\n{HEADER}\n// Source: {}\n\n", self.source);
        text.push_str("declare(strict_types=1);\n\n");
        text.push_str(&format!("namespace {};\n\n", self.class.namespace));
        let local = &self.class.namespace;
        let imported = self
            .names
            .values()
            .filter(|class| class.namespace != *local);
        let imports: String = imported
            .map(|class| format!("use {}\\{};\n", class.namespace, class.short))
            .collect();
        if !imports.is_empty() {
            text.push_str(&imports);
            text.push('\n');
        }
        text.push_str(body);
        File {
            path: self.class.path(root),
            class: Some(self.class),
            text,
        }
    }
}

/// `text` as a PHP string in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}
