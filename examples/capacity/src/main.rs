//! How many cores, how much memory and how many machines a host of the transform needs for so many
//! events a second, and where they wait.
//!
//! [`hosts`] has what was measured, [`simulation`] lets batches of records pass through a machine, and
//! [`plan`] looks for the fewest machines that have room to spare.

mod hosts;
mod plan;
mod simulation;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use hosts::Host;
use plan::Machine;

/// Plans capacity for the senhasegura-siem transform, from what was measured of each host.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Print what each host needs for so many events a second.
    Plan {
        /// Events a second.
        #[arg(default_values_t = [10_000, 100_000, 1_000_000, 10_000_000], value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
        rates: Vec<u64>,
        #[command(flatten)]
        machine: Machine,
    },
    /// Simulate one machine, and print how busy it is and how long events take.
    Simulate {
        /// The host: the beginning of its name, in any letter case.
        host: String,
        /// Events a second.
        #[arg(value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
        rate: u64,
        #[command(flatten)]
        machine: Machine,
    },
    /// Simulate what was measured, and compare. Fails if a point is more than a seventh off.
    Check,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Box<dyn Error>> {
    let measured = hosts::measured()?;
    match command {
        Command::Plan { rates, machine } => print!("{}", plan::tables(&measured, &rates, &machine)),
        Command::Simulate { host, rate, machine } => {
            print!("{}", plan::simulate(&measured, find(&measured.hosts, &host)?, rate, &machine));
        }
        Command::Check => {
            let (table, holds) = plan::check(&measured);
            print!("{table}");
            if !holds {
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn find<'h>(hosts: &'h [Host], name: &str) -> Result<&'h Host, String> {
    let begins = |host: &&Host| host.name.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    match hosts.iter().filter(begins).collect::<Vec<_>>()[..] {
        [host] => Ok(host),
        _ => {
            let names: Vec<_> = hosts.iter().map(|host| host.name.as_str()).collect();
            Err(format!("host: expected the beginning of one of {}, found {name:?}", names.join(", ")))
        }
    }
}
