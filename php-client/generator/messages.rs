//! One final class for each message.

use std::error::Error;

use prost_reflect::{MessageDescriptor, OneofDescriptor};

use crate::contract::Contract;
use crate::doc;
use crate::fields::Field;
use crate::names::{Namespace, studly};
use crate::output::File;
use crate::php::{Unit, quoted};

/// Fields that `var_dump` must not show: whoever holds one can act as the shopper.
const SECRETS: [&str; 5] = [
    "leadtap.v1.StartAuthorizationRequest.browser_binding_hash",
    "leadtap.v1.StartAuthorizationResponse.authorization_url",
    "leadtap.v1.StartAuthorizationResponse.state",
    "leadtap.v1.CompleteAuthorizationRequest.callback_query",
    "leadtap.v1.CompleteAuthorizationRequest.browser_binding",
];

/// Messages that have hand-written methods beside the generated ones, and the
/// trait of the runtime that holds them.
const TRAITS: [(&str, &str); 1] = [("google.protobuf.Timestamp", "TimestampConversions")];

/// The class of one message.
pub(crate) fn generate(
    contract: &Contract,
    namespace: &Namespace,
    message: &MessageDescriptor,
) -> Result<File, Box<dyn Error>> {
    let class = namespace.message(message);
    let file = message.parent_file();
    let mut unit = Unit::new(class.clone(), file.name());
    let base = unit.name(&namespace.runtime("Message"));

    let mut parts = Vec::new();
    for (_, name) in TRAITS.iter().filter(|(of, _)| *of == message.full_name()) {
        let name = unit.name(&namespace.runtime(name));
        parts.push(format!("    use {name};\n"));
    }
    let mut fields = Vec::new();
    for descriptor in message.fields() {
        let comment = contract.comment(&file, descriptor.path());
        fields.push((Field::new(descriptor, namespace, &mut unit)?, comment));
    }
    let rows: String = fields.iter().map(|(field, _)| field.row()).collect();
    parts.push(format!("    public const FIELDS = [\n{rows}    ];\n"));
    parts.extend(secrets(message));
    let properties: String = fields.iter().map(|(field, _)| field.property()).collect();
    if !properties.is_empty() {
        parts.push(properties.trim_end().to_owned() + "\n");
    }
    parts.extend(
        fields
            .iter()
            .map(|(field, comment)| field.accessors(comment)),
    );
    let oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    parts.extend(oneofs.map(|oneof| which(contract, message, &oneof)));

    let mut body = doc::block(&contract.comment(&file, message.path()), &[], "");
    body.push_str(&format!(
        "final class {} extends {base}\n{{\n{}}}\n",
        class.short,
        parts.join("\n")
    ));
    Ok(unit.finish(namespace.root(), &body))
}

fn secrets(message: &MessageDescriptor) -> Option<String> {
    let names: Vec<String> = message
        .fields()
        .filter(|field| SECRETS.contains(&field.full_name()))
        .map(|field| quoted(field.name()))
        .collect();
    (!names.is_empty()).then(|| format!("    protected const SECRETS = [{}];\n", names.join(", ")))
}

/// The method that names the member of a oneof that is set.
fn which(contract: &Contract, message: &MessageDescriptor, oneof: &OneofDescriptor) -> String {
    let mut comment = contract.comment(&message.parent_file(), oneof.path());
    if !comment.is_empty() {
        comment.push(String::new());
    }
    comment.push("The name of the member that is set; empty: none is.".to_owned());
    let tests: String = oneof
        .fields()
        .map(|field| {
            let name = field.name();
            format!(
                "        if ($this->{name} !== null) {{\n            return {};\n        }}\n",
                quoted(name)
            )
        })
        .collect();
    format!(
        "{}    public function get{}(): string\n    {{\n{tests}\n        return '';\n    }}\n",
        doc::block(&comment, &[], "    "),
        studly(oneof.name())
    )
}
