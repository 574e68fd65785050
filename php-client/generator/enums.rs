//! One final class of constants for each enum.

use prost_reflect::EnumDescriptor;

use crate::contract::Contract;
use crate::doc;
use crate::names::{Namespace, constant, value_prefix};
use crate::output::File;
use crate::php::{Unit, quoted};

/// Enums that go over the wire by name, inside a `google.rpc.ErrorInfo`: their
/// constants are strings.
const WRITTEN_BY_NAME: [&str; 1] = ["leadtap.v1.ErrorReason"];

/// The class of one enum.
pub(crate) fn generate(
    contract: &Contract,
    namespace: &Namespace,
    enumeration: &EnumDescriptor,
) -> File {
    let class = namespace.enumeration(enumeration);
    let file = enumeration.parent_file();
    let unit = Unit::new(class.clone(), file.name());
    let prefix = value_prefix(enumeration.name());
    let by_name = WRITTEN_BY_NAME.contains(&enumeration.full_name());

    let mut body = doc::block(&contract.comment(&file, enumeration.path()), &[], "");
    body.push_str(&format!("final class {}\n{{\n", class.short));
    for value in enumeration.values() {
        let comment = contract.comment(&file, value.path());
        let name = constant(value.name(), &prefix);
        let literal = if by_name {
            quoted(&name)
        } else {
            value.number().to_string()
        };
        body.push_str(&doc::block(&comment, &[], "    "));
        body.push_str(&format!("    public const {name} = {literal};\n\n"));
    }
    if !by_name {
        body.push_str(&name_function(enumeration, &prefix));
    }
    body.push_str("    private function __construct()\n    {\n    }\n}\n");
    unit.finish(namespace.root(), &body)
}

/// `name(int)`: for logs and for people. The first of two names of one number
/// is the one that is told.
fn name_function(enumeration: &EnumDescriptor, prefix: &str) -> String {
    let mut arms = String::new();
    let mut told = Vec::new();
    for value in enumeration.values() {
        if told.contains(&value.number()) {
            continue;
        }
        told.push(value.number());
        let name = quoted(&constant(value.name(), prefix));
        arms.push_str(&format!("            {} => {name},\n", value.number()));
    }
    format!(
        "    /** The constant's name, or the number itself where a newer daemon sent one that is not here. */\n    \
         public static function name(int $value): string\n    {{\n        $names = [\n{arms}        ];\n\n        \
         return $names[$value] ?? (string) $value;\n    }}\n\n"
    )
}
