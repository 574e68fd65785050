//! `--help` is a document: it changes on purpose or not at all.

use clap::CommandFactory;

use super::testing::assert_snapshot;
use super::{Cli, Exit, command, parse};

/// Every command's help by the command's words.
fn helps(command: &mut clap::Command, name: &str, found: &mut Vec<(String, String)>) {
    found.push((name.to_owned(), format!("{}\n", command.render_long_help())));
    for sub in command.get_subcommands_mut() {
        if sub.get_name() != "help" {
            let name = format!("{name}-{}", sub.get_name());
            helps(sub, &name, found);
        }
    }
}

fn all_helps() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut command = command().term_width(100);
    command.build();
    helps(&mut command, "leadtap", &mut found);
    found
}

#[test]
fn the_help_of_every_command_is_as_it_was() {
    for (name, help) in all_helps() {
        assert_snapshot(&format!("help/{name}.txt"), &help);
    }
}

#[test]
fn every_command_has_examples() {
    for (name, help) in all_helps().into_iter().skip(1) {
        assert!(help.contains("Examples:\n"), "{name}");
    }
}

#[test]
fn the_arguments_make_sense_to_clap() {
    Cli::command().debug_assert();
}

#[test]
fn the_exit_codes_are_part_of_the_help() {
    let (_, help) = all_helps().remove(0);
    for (exit, meaning) in Exit::ALL {
        assert!(
            help.contains(&format!("{:>2}  {meaning}", exit as u8)),
            "{help}"
        );
    }
}

#[test]
fn a_lead_is_asked_for_by_exactly_one_id() {
    let refused = |arguments: &[&str]| {
        let words = ["leadtap", "lead", "show"].iter().chain(arguments);
        parse(words.map(Into::into)).is_err()
    };
    assert!(refused(&[]));
    assert!(refused(&["x", "--instagram-user-id", "1"]));
    assert!(!refused(&["x"]));
    assert!(refused(&[
        "x",
        "--socket",
        "/s",
        "--address",
        "http://[::1]:1"
    ]));
}
