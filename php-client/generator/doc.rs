//! PHP doc comments from the contract's comments.

/// A doc comment of `lines`, then of `tags` such as `@return`, each line
/// indented by `indent`. Nothing where there is nothing to say.
pub(crate) fn block(lines: &[String], tags: &[String], indent: &str) -> String {
    let mut all: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    if !all.is_empty() && !tags.is_empty() {
        all.push(String::new());
    }
    all.extend(tags.iter().cloned());
    match all.as_slice() {
        [] => String::new(),
        [only] => format!("{indent}/** {only} */\n"),
        _ => {
            let body: String = all.iter().map(|line| starred(line, indent)).collect();
            format!("{indent}/**\n{body}{indent} */\n")
        }
    }
}

fn starred(line: &str, indent: &str) -> String {
    if line.is_empty() {
        format!("{indent} *\n")
    } else {
        format!("{indent} * {line}\n")
    }
}

/// The text must neither end the comment nor begin a tag.
fn escaped(line: &str) -> String {
    let line = line.replace("*/", "*\u{200b}/");
    if line.trim_start().starts_with('@') {
        format!("\\{line}")
    } else {
        line
    }
}
