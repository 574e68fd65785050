//! The API's manual: one page for each file of the contract.

use std::error::Error;

use prost_reflect::{
    DescriptorPool, EnumDescriptor, FieldDescriptor, FileDescriptor, Kind, MessageDescriptor,
    MethodDescriptor, ServiceDescriptor,
};

use crate::pages::Page;
use crate::prose::{self, Reasons};

/// The contract's package; other files are Google's.
const PACKAGE: &str = "leadtap.v1";

/// The pages, each by the .proto file that it stands for, and one for their
/// folder. Links in them are between files of the repository, as everywhere.
pub(crate) fn pages() -> Result<Vec<(String, Page)>, Box<dyn Error>> {
    let pool = DescriptorPool::decode(leadtap::grpc::DESCRIPTORS)?;
    let files: Vec<FileDescriptor> = pool
        .files()
        .filter(|file| file.package_name() == PACKAGE)
        .collect();
    let reasons = Reasons::of(&pool);
    let mut pages: Vec<(String, Page)> = files
        .iter()
        .map(|file| {
            let page = Page {
                path: page_of(file),
                text: Manual {
                    file,
                    reasons: &reasons,
                }
                .text(),
            };
            (format!("proto/{}", file.name()), page)
        })
        .collect();
    let index = Page {
        path: "api/index.md".to_owned(),
        text: index(&files),
    };
    pages.push(("proto/leadtap/v1".to_owned(), index));
    Ok(pages)
}

/// Where the page of a file stands: `api/login_service.md`.
fn page_of(file: &FileDescriptor) -> String {
    format!("api/{}.md", stem(file))
}

fn stem(file: &FileDescriptor) -> &str {
    let name = file.name();
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    name.trim_end_matches(".proto")
}

fn index(files: &[FileDescriptor]) -> String {
    let mut text = "# The API\n\nPackage `leadtap.v1`, over gRPC, and over gRPC-Web for clients that speak HTTP/1.1. \
        The pages are made from the comments of the contract itself.\n\n| service | calls |\n|---|---|\n"
        .to_owned();
    for file in files {
        for service in file.services() {
            let calls: Vec<String> = service
                .methods()
                .map(|method| {
                    let anchor = method.name().to_lowercase();
                    format!("[{}](v1/{}.proto#{anchor})", method.name(), stem(file))
                })
                .collect();
            let (name, calls) = (service.name(), calls.join(", "));
            text.push_str(&format!(
                "| [{name}](v1/{}.proto) | {calls} |\n",
                stem(file)
            ));
        }
    }
    text.push_str("\nWhy a call failed is told by an [ErrorReason](v1/error_reason.proto).\n");
    text
}

/// The manual of one file.
struct Manual<'a> {
    file: &'a FileDescriptor,
    reasons: &'a Reasons,
}

impl Manual<'_> {
    fn text(&self) -> String {
        let mut text = String::new();
        for service in self.file.services() {
            text.push_str(&self.service(&service));
        }
        if text.is_empty() {
            text = format!("# {}\n\n", stem(self.file).replace('_', " "));
        } else if self.file.messages().next().is_some() {
            text.push_str("# Messages\n\n");
        }
        for message in self.file.messages() {
            text.push_str(&self.message(&message, 2));
        }
        for one in self.file.enums() {
            text.push_str(&self.enumeration(&one, 2));
        }
        text
    }

    fn service(&self, service: &ServiceDescriptor) -> String {
        let mut text = format!("# {}\n\n{}", service.name(), self.prose(service.path()));
        for method in service.methods() {
            text.push_str(&format!(
                "## {}\n\n{}\n\n{}",
                method.name(),
                self.signature(&method),
                self.reasons.linked(&self.prose(method.path()))
            ));
        }
        text
    }

    fn signature(&self, method: &MethodDescriptor) -> String {
        let stream = if method.is_server_streaming() {
            "a stream of "
        } else {
            ""
        };
        format!(
            "Takes {}, answers {stream}{}.",
            self.link(&method.input()),
            self.link(&method.output())
        )
    }

    fn message(&self, message: &MessageDescriptor, level: usize) -> String {
        let mut text = format!(
            "{} {}\n\n{}",
            "#".repeat(level),
            short(message.full_name()),
            self.prose(message.path())
        );
        if message.fields().next().is_none() {
            text.push_str("Has no fields.\n\n");
        }
        for field in message.fields() {
            text.push_str(&format!(
                "**`{}`** {}\n\n{}",
                field.name(),
                self.kind(&field),
                prose::indented(&self.prose(field.path()))
            ));
        }
        for nested in message.child_messages().filter(|one| !one.is_map_entry()) {
            text.push_str(&self.message(&nested, level + 1));
        }
        for nested in message.child_enums() {
            text.push_str(&self.enumeration(&nested, level + 1));
        }
        text
    }

    fn enumeration(&self, one: &EnumDescriptor, level: usize) -> String {
        let mut text = format!(
            "{} {}\n\n{}",
            "#".repeat(level),
            short(one.full_name()),
            self.prose(one.path())
        );
        for value in one.values() {
            text.push_str(&format!(
                "{} {}\n\n{}",
                "#".repeat(level + 1),
                value.name(),
                self.prose(value.path())
            ));
        }
        text
    }

    /// What a field holds, in words.
    fn kind(&self, field: &FieldDescriptor) -> String {
        let name = |kind: Kind| match kind {
            Kind::Message(message) => self.link(&message),
            Kind::Enum(one) => self.reference(&one.parent_file(), one.full_name()),
            scalar => format!("{scalar:?}").to_lowercase(),
        };
        let mut words = if field.is_map()
            && let Kind::Message(entry) = field.kind()
        {
            let (key, value) = (entry.map_entry_key_field(), entry.map_entry_value_field());
            format!("map of {} to {}", name(key.kind()), name(value.kind()))
        } else if field.is_list() {
            format!("list of {}", name(field.kind()))
        } else {
            name(field.kind())
        };
        match field.containing_oneof() {
            Some(oneof) if oneof.is_synthetic() => words.push_str(", optional"),
            Some(oneof) => words.push_str(&format!(", one of `{}`", oneof.name())),
            None => {}
        }
        words
    }

    fn link(&self, message: &MessageDescriptor) -> String {
        self.reference(&message.parent_file(), message.full_name())
    }

    /// A link to where a type is told of; Google's have their own manual.
    fn reference(&self, file: &FileDescriptor, full_name: &str) -> String {
        if file.package_name() != PACKAGE {
            return format!("`{full_name}`");
        }
        let name = short(full_name);
        let page = if file == self.file {
            String::new()
        } else {
            format!("{}.proto", stem(file))
        };
        let anchor = name.to_lowercase().replace('.', "");
        format!("[{name}]({page}#{anchor})")
    }

    fn prose(&self, path: &[i32]) -> String {
        prose::comment(self.file, path)
    }
}

/// A type's name without the package.
fn short(full_name: &str) -> &str {
    full_name
        .strip_prefix(PACKAGE)
        .map_or(full_name, |name| name.trim_start_matches('.'))
}
