//! One client class for each service.

use prost_reflect::prost_types::method_options::IdempotencyLevel;
use prost_reflect::{MethodDescriptor, ServiceDescriptor};

use crate::contract::Contract;
use crate::doc;
use crate::names::{Namespace, lower_first};
use crate::output::File;
use crate::php::{Unit, quoted};

/// The client of one service. Streaming methods get their entry in the table,
/// and no PHP method: the transports carry unary calls alone.
pub(crate) fn generate(
    contract: &Contract,
    namespace: &Namespace,
    service: &ServiceDescriptor,
) -> File {
    let class = namespace.client(service);
    let file = service.parent_file();
    let mut unit = Unit::new(class.clone(), file.name());
    let channel = unit.name(&namespace.runtime("Channel"));

    let mut table = String::new();
    let mut methods = String::new();
    let mut streaming = Vec::new();
    for method in service.methods() {
        table.push_str(&entry(&mut unit, namespace, &method));
        if is_streaming(&method) {
            streaming.push(method.name().to_owned());
        } else {
            methods.push_str(&function(contract, namespace, &mut unit, &method));
        }
    }

    let mut comment = contract.comment(&file, service.path());
    if !streaming.is_empty() {
        comment.push(String::new());
        comment.push(format!(
            "Not callable here, because they stream and these transports carry unary calls \
             alone: {}. Use ext-grpc for them.",
            streaming.join(", ")
        ));
    }
    let mut body = doc::block(&comment, &[], "");
    body.push_str(&format!("final class {}\n{{\n", class.short));
    body.push_str(&doc::block(
        &["Every method of the service, as the channel wants it.".to_owned()],
        &[],
        "    ",
    ));
    body.push_str(&format!("    public const METHODS = [\n{table}    ];\n\n"));
    body.push_str(&format!("    private {channel} $channel;\n\n"));
    body.push_str(&format!(
        "    public function __construct({channel} $channel)\n    {{\n        $this->channel = $channel;\n    }}\n"
    ));
    body.push_str(&methods);
    body.push_str("}\n");
    unit.finish(namespace.root(), &body)
}

fn entry(unit: &mut Unit, namespace: &Namespace, method: &MethodDescriptor) -> String {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let rows = [
        ("path", quoted(&path)),
        (
            "request",
            unit.name(&namespace.message(&method.input())) + "::class",
        ),
        (
            "reply",
            unit.name(&namespace.message(&method.output())) + "::class",
        ),
        ("idempotent", is_idempotent(method).to_string()),
        ("client_streaming", method.is_client_streaming().to_string()),
        ("server_streaming", method.is_server_streaming().to_string()),
    ];
    let rows: String = rows
        .iter()
        .map(|(key, value)| format!("            '{key}' => {value},\n"))
        .collect();
    format!(
        "        {} => [\n{rows}        ],\n",
        quoted(&lower_first(method.name()))
    )
}

fn function(
    contract: &Contract,
    namespace: &Namespace,
    unit: &mut Unit,
    method: &MethodDescriptor,
) -> String {
    let file = method.parent_service().parent_file();
    let request = unit.name(&namespace.message(&method.input()));
    let reply = unit.name(&namespace.message(&method.output()));
    let exception = unit.name(&namespace.runtime("LeadtapException"));
    let comment = contract.comment(&file, method.path());
    let tags = [
        "@param float|null $timeoutSeconds for the whole call, retries included; null: the channel's".to_owned(),
        String::new(),
        format!("@throws {exception}"),
    ];
    let name = lower_first(method.name());
    let doc = doc::block(&comment, &tags, "    ");
    format!(
        "\n{doc}    public function {name}({request} $request, ?float $timeoutSeconds = null): {reply}\n    {{\n        \
         /** @var {reply} $reply */\n        \
         $reply = $this->channel->unary(self::METHODS[{key}], $request, $timeoutSeconds);\n\n        \
         return $reply;\n    }}\n",
        key = quoted(&name)
    )
}

fn is_streaming(method: &MethodDescriptor) -> bool {
    method.is_client_streaming() || method.is_server_streaming()
}

/// Whether the contract says that a repeated call does no more than one.
fn is_idempotent(method: &MethodDescriptor) -> bool {
    let options = method.method_descriptor_proto().options.as_ref();
    options.is_some_and(|options| {
        matches!(
            options.idempotency_level(),
            IdempotencyLevel::Idempotent | IdempotencyLevel::NoSideEffects
        )
    })
}
