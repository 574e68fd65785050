//! One field of a message: its PHP types, its row in the table, its accessors.

use std::error::Error;

use prost_reflect::{FieldDescriptor, Kind, OneofDescriptor};

use crate::doc;
use crate::names::{Namespace, studly};
use crate::php::{Unit, quoted};

/// How often a field occurs, and whether it can be unset.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One value; the default is not sent.
    Implicit,
    /// One value or none: `optional`, a message, or a member of a oneof.
    Presence,
    /// Any number, each with its own tag.
    List,
    /// Any number of numbers in one run of bytes.
    Packed,
    /// Key and value.
    Map,
}

/// A field as PHP sees it.
pub(crate) struct Field {
    descriptor: FieldDescriptor,
    shape: Shape,
    /// The wire type's name in the codec's table.
    wire: &'static str,
    /// The class of a message, as the file writes it.
    class: Option<String>,
}

impl Field {
    /// The field as the file `unit` writes it.
    pub(crate) fn new(
        descriptor: FieldDescriptor,
        namespace: &Namespace,
        unit: &mut Unit,
    ) -> Result<Self, Box<dyn Error>> {
        if descriptor.is_group() || descriptor.cardinality() == prost_reflect::Cardinality::Required
        {
            return Err(format!("{}: only proto3 is known here", descriptor.full_name()).into());
        }
        let kind = value_kind(&descriptor);
        let class = kind
            .as_message()
            .map(|message| unit.name(&namespace.message(message)));
        Ok(Self {
            shape: shape(&descriptor),
            wire: wire(&kind),
            class,
            descriptor,
        })
    }

    fn name(&self) -> &str {
        self.descriptor.name()
    }

    /// The type of one value.
    fn value_type(&self) -> &str {
        match (&self.class, self.wire) {
            (Some(class), _) => class,
            (None, "string" | "bytes") => "string",
            (None, "bool") => "bool",
            (None, "double" | "float") => "float",
            (None, _) => "int",
        }
    }

    /// The type that PHP itself checks.
    fn declared_type(&self) -> String {
        match self.shape {
            Shape::Implicit => self.value_type().to_owned(),
            Shape::Presence => format!("?{}", self.value_type()),
            Shape::List | Shape::Packed | Shape::Map => "array".to_owned(),
        }
    }

    /// The fuller type for readers and static analysis, where PHP has none.
    fn documented_type(&self) -> Option<String> {
        match self.shape {
            Shape::Implicit | Shape::Presence => None,
            Shape::List | Shape::Packed => Some(format!("{}[]", self.value_type())),
            Shape::Map => {
                // PHP turns keys that look like integers into integers.
                let key = if self.map_key() == "string" {
                    "array-key"
                } else {
                    "int"
                };
                Some(format!("array<{key}, {}>", self.value_type()))
            }
        }
    }

    fn map_key(&self) -> &'static str {
        match self.descriptor.kind() {
            Kind::Message(entry) if entry.is_map_entry() => {
                wire(&entry.map_entry_key_field().kind())
            }
            _ => "",
        }
    }

    /// The row of the codec's table.
    pub(crate) fn row(&self) -> String {
        let shape = match self.shape {
            Shape::Implicit => "implicit",
            Shape::Presence => "presence",
            Shape::List => "list",
            Shape::Packed => "packed",
            Shape::Map => "map",
        };
        let class = match &self.class {
            Some(class) => format!("{class}::class"),
            None => "null".to_owned(),
        };
        let extra = if self.shape == Shape::Map {
            quoted(self.map_key())
        } else {
            let siblings: Vec<String> = self.siblings().iter().map(|name| quoted(name)).collect();
            format!("[{}]", siblings.join(", "))
        };
        format!(
            "        {} => [{}, '{}', '{shape}', {class}, {extra}],\n",
            self.descriptor.number(),
            quoted(self.name()),
            self.wire
        )
    }

    /// The property that holds the value.
    pub(crate) fn property(&self) -> String {
        let default = match self.shape {
            Shape::Presence => "null",
            Shape::List | Shape::Packed | Shape::Map => "[]",
            Shape::Implicit => match self.value_type() {
                "string" => "''",
                "bool" => "false",
                "float" => "0.0",
                _ => "0",
            },
        };
        let tags: Vec<String> = self
            .documented_type()
            .map(|kind| format!("@var {kind}"))
            .into_iter()
            .collect();
        let doc = doc::block(&[], &tags, "    ");
        format!(
            "{doc}    protected {} ${} = {default};\n\n",
            self.declared_type(),
            self.name()
        )
    }

    /// Getter, setter, and `has` where the value can be unset.
    pub(crate) fn accessors(&self, comment: &[String]) -> String {
        let (name, studly, declared) = (self.name(), studly(self.name()), self.declared_type());
        let documented = self.documented_type();
        let tags: Vec<String> = documented
            .iter()
            .map(|kind| format!("@return {kind}"))
            .collect();
        let mut code = doc::block(comment, &tags, "    ");
        code.push_str(&format!(
            "    public function get{studly}(): {declared}\n    {{\n        return $this->{name};\n    }}\n\n"
        ));
        if self.shape == Shape::Presence {
            code.push_str(&format!(
                "    public function has{studly}(): bool\n    {{\n        return $this->{name} !== null;\n    }}\n\n"
            ));
        }
        let tags: Vec<String> = documented
            .iter()
            .map(|kind| format!("@param {kind} ${name}"))
            .collect();
        let siblings = self.siblings();
        let mut lines = Vec::new();
        if !siblings.is_empty() {
            lines.push(format!(
                "Unsets {}: at most one of them is set.",
                siblings.join(" and ")
            ));
        }
        code.push_str(&doc::block(&lines, &tags, "    "));
        let mut unset = String::new();
        if !siblings.is_empty() {
            let lines = siblings
                .iter()
                .map(|other| format!("            $this->{other} = null;\n"));
            let lines: String = lines.collect();
            unset = format!("        if (${name} !== null) {{\n{lines}        }}\n");
        }
        code.push_str(&format!(
            "    public function set{studly}({declared} ${name}): self\n    {{\n{unset}        \
             $this->{name} = ${name};\n\n        return $this;\n    }}\n"
        ));
        code
    }

    /// The other members of the field's oneof.
    fn siblings(&self) -> Vec<String> {
        real_oneof(&self.descriptor)
            .iter()
            .flat_map(OneofDescriptor::fields)
            .map(|field| field.name().to_owned())
            .filter(|name| name != self.name())
            .collect()
    }
}

/// `optional` is written as a oneof of one; that one is nobody's wish.
fn real_oneof(field: &FieldDescriptor) -> Option<OneofDescriptor> {
    field
        .containing_oneof()
        .filter(|oneof| !oneof.is_synthetic())
}

fn shape(field: &FieldDescriptor) -> Shape {
    if field.is_map() {
        Shape::Map
    } else if field.is_packed() {
        Shape::Packed
    } else if field.is_list() {
        Shape::List
    } else if field.supports_presence() {
        Shape::Presence
    } else {
        Shape::Implicit
    }
}

/// The kind of the values: of a map, those behind the keys.
fn value_kind(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if entry.is_map_entry() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

fn wire(kind: &Kind) -> &'static str {
    match kind {
        Kind::Double => "double",
        Kind::Float => "float",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Sint32 => "sint32",
        Kind::Sint64 => "sint64",
        Kind::Fixed32 => "fixed32",
        Kind::Fixed64 => "fixed64",
        Kind::Sfixed32 => "sfixed32",
        Kind::Sfixed64 => "sfixed64",
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Message(_) => "message",
        Kind::Enum(_) => "enum",
    }
}
