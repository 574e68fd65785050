//! How the names of the contract are written in PHP.

use std::error::Error;

use prost_reflect::{EnumDescriptor, MessageDescriptor, ServiceDescriptor};

/// The package whose own name the namespace already says: `leadtap.v1` becomes
/// `V1`, while `google.protobuf` becomes `Google\Protobuf`.
const OWN_PACKAGE: &str = "leadtap";

/// Words that no PHP class can have as its name (PHP 7.4 to 8.5), in lower case.
const RESERVED: &[&str] = &[
    "abstract",
    "and",
    "array",
    "as",
    "bool",
    "break",
    "callable",
    "case",
    "catch",
    "class",
    "clone",
    "const",
    "continue",
    "declare",
    "default",
    "die",
    "do",
    "echo",
    "else",
    "elseif",
    "empty",
    "enddeclare",
    "endfor",
    "endforeach",
    "endif",
    "endswitch",
    "endwhile",
    "enum",
    "eval",
    "exit",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "fn",
    "for",
    "foreach",
    "function",
    "global",
    "goto",
    "if",
    "implements",
    "include",
    "include_once",
    "instanceof",
    "insteadof",
    "int",
    "interface",
    "isset",
    "iterable",
    "list",
    "match",
    "mixed",
    "namespace",
    "never",
    "new",
    "null",
    "numeric",
    "object",
    "or",
    "parent",
    "print",
    "private",
    "protected",
    "public",
    "readonly",
    "require",
    "require_once",
    "resource",
    "return",
    "self",
    "static",
    "string",
    "switch",
    "throw",
    "trait",
    "true",
    "try",
    "unset",
    "use",
    "var",
    "void",
    "while",
    "xor",
    "yield",
];

/// Where the written classes live.
pub(crate) struct Namespace {
    root: String,
    runtime: String,
}

/// A class's name in two parts.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClassName {
    /// Without a leading backslash.
    pub(crate) namespace: String,
    /// Without the namespace.
    pub(crate) short: String,
}

impl Namespace {
    /// The namespace of what is written, and of the runtime it uses.
    pub(crate) fn new(root: &str, runtime: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            root: checked(root)?,
            runtime: checked(runtime)?,
        })
    }

    /// The namespace that everything is written under.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// A class of the runtime.
    pub(crate) fn runtime(&self, short: &str) -> ClassName {
        ClassName {
            namespace: self.runtime.clone(),
            short: short.to_owned(),
        }
    }

    /// The class of a message.
    pub(crate) fn message(&self, message: &MessageDescriptor) -> ClassName {
        self.class(message.package_name(), message.full_name())
    }

    /// The class of an enum.
    pub(crate) fn enumeration(&self, enumeration: &EnumDescriptor) -> ClassName {
        self.class(enumeration.package_name(), enumeration.full_name())
    }

    /// The class of a service's client.
    pub(crate) fn client(&self, service: &ServiceDescriptor) -> ClassName {
        let name = format!("{}Client", service.full_name());
        self.class(service.package_name(), &name)
    }

    /// Nested types live in a namespace named after what they are nested in.
    fn class(&self, package: &str, full_name: &str) -> ClassName {
        let nested = full_name
            .strip_prefix(package)
            .unwrap_or(full_name)
            .trim_start_matches('.');
        let mut parts = vec![self.root.clone()];
        let own = package
            .split('.')
            .skip_while(|segment| *segment == OWN_PACKAGE);
        parts.extend(own.filter(|segment| !segment.is_empty()).map(studly));
        let mut classes: Vec<String> = nested.split('.').map(class_word).collect();
        let short = classes.pop().unwrap_or_default();
        parts.extend(classes);
        ClassName {
            namespace: parts.join("\\"),
            short,
        }
    }
}

impl ClassName {
    /// The whole name, with its leading backslash.
    pub(crate) fn absolute(&self) -> String {
        format!("\\{}\\{}", self.namespace, self.short)
    }

    /// Where PSR-4 looks for it under `root`'s directory.
    pub(crate) fn path(&self, root: &str) -> String {
        let inside = self.namespace.strip_prefix(root).unwrap_or(&self.namespace);
        let inside = inside.trim_start_matches('\\').replace('\\', "/");
        if inside.is_empty() {
            format!("{}.php", self.short)
        } else {
            format!("{inside}/{}.php", self.short)
        }
    }
}

/// `browser_binding` as `BrowserBinding`.
pub(crate) fn studly(snake: &str) -> String {
    snake.split('_').map(capitalised).collect()
}

/// `StartAuthorization` as `startAuthorization`.
pub(crate) fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

/// `AccountType` as `ACCOUNT_TYPE_`, which begins each of the enum's values.
pub(crate) fn value_prefix(enum_name: &str) -> String {
    let mut prefix = String::new();
    for letter in enum_name.chars() {
        if letter.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}

/// The constant of an enum's value: without the prefix where PHP lets it be.
pub(crate) fn constant(value: &str, prefix: &str) -> String {
    let bare = value.strip_prefix(prefix).unwrap_or(value);
    if bare.is_empty() || bare.starts_with(|first: char| first.is_ascii_digit()) {
        return value.to_owned();
    }
    // `Name::CLASS` is the one constant that PHP keeps for itself.
    if bare == "CLASS" {
        return "CLASS_".to_owned();
    }
    bare.to_owned()
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
        .unwrap_or_default()
}

fn class_word(name: &str) -> String {
    if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        format!("{name}Message")
    } else {
        name.to_owned()
    }
}

fn checked(namespace: &str) -> Result<String, Box<dyn Error>> {
    let trimmed = namespace.trim_matches('\\');
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && word
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            && !RESERVED.contains(&word.to_ascii_lowercase().as_str())
    };
    if trimmed.split('\\').all(is_word) {
        Ok(trimmed.to_owned())
    } else {
        Err(format!("`{namespace}` is no PHP namespace").into())
    }
}
