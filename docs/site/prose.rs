//! The comments of the contract, as Markdown.

use std::collections::BTreeSet;

use prost_reflect::{DescriptorPool, EnumDescriptor, FileDescriptor};

/// The enum of error reasons, and how each of its names begins in the proto.
const REASONS: &str = "leadtap.v1.ErrorReason";
const REASON_PREFIX: &str = "ERROR_REASON_";

/// The names of error reasons, which services name in their comments.
pub(crate) struct Reasons(BTreeSet<String>);

impl Reasons {
    /// Those of the contract.
    pub(crate) fn of(pool: &DescriptorPool) -> Self {
        let reasons = pool.get_enum_by_name(REASONS);
        let values = reasons.iter().flat_map(EnumDescriptor::values);
        Self(
            values
                .filter_map(|one| Some(one.name().strip_prefix(REASON_PREFIX)?.to_owned()))
                .collect(),
        )
    }

    /// The text with each error reason leading to what it means.
    pub(crate) fn linked(&self, prose: &str) -> String {
        let of_name = |one: char| one.is_ascii_uppercase() || one == '_';
        let mut made = String::new();
        let mut rest = prose;
        while let Some(start) = rest.find(of_name) {
            let (before, name_and_rest) = rest.split_at(start);
            let end = name_and_rest.find(|one| !of_name(one));
            let (name, after) = name_and_rest.split_at(end.unwrap_or(name_and_rest.len()));
            made.push_str(before);
            if self.0.contains(name) {
                let anchor = format!("{REASON_PREFIX}{name}").to_lowercase();
                made.push_str(&format!("[{name}](error_reason.proto#{anchor})"));
            } else {
                made.push_str(name);
            }
            rest = after;
        }
        made + rest
    }
}

/// The comment at `path` of `file`, with an empty line behind it.
pub(crate) fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    let comment = info
        .into_iter()
        .flat_map(|info| &info.location)
        .find(|location| location.path == path)
        .and_then(|location| location.leading_comments.as_deref())
        .map(str::trim_end);
    match comment {
        None | Some("") => String::new(),
        Some(comment) => {
            let lines: Vec<String> = comment.lines().map(as_markdown).collect();
            format!("{}\n\n", lines.join("\n"))
        }
    }
}

/// A line of a comment. What is indented in it is a table in plain text, and
/// stays one.
fn as_markdown(line: &str) -> String {
    let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
    if line.starts_with("  ") {
        format!("  {line}")
    } else {
        line.to_owned()
    }
}

/// As a quotation, so that what is said of a field stands under its name.
pub(crate) fn indented(prose: &str) -> String {
    prose
        .trim_end()
        .lines()
        .map(|line| format!("> {line}\n"))
        .chain(["\n".to_owned()])
        .collect()
}
