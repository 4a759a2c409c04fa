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
        /// The share of the time, in per cent, that a part may be busy. The rest is for bursts, and for what
        /// else the machine does.
        #[arg(long, default_value_t = 70, value_parser = clap::value_parser!(u32).range(10..=95))]
        busy: u32,
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
        Command::Plan { rates, busy, machine } => {
            print!("{}", plan::tables(&measured, &rates, f64::from(busy) / 100.0, &machine));
        }
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
    let found: Vec<_> = hosts.iter().filter(begins).collect();
    let whole = found.iter().find(|host| host.name.len() == name.len());
    let names = |hosts: &[&Host]| hosts.iter().map(|host| format!("{:?}", host.name)).collect::<Vec<_>>().join(", ");
    match (whole, &found[..]) {
        (Some(host), _) | (None, [host]) => Ok(host),
        (None, []) => {
            let all = names(&hosts.iter().collect::<Vec<_>>());
            Err(format!("host: expected the beginning of one of {all}, found {name:?}"))
        }
        (None, several) => {
            let several = names(several);
            Err(format!("host: expected the beginning of one name, found {name:?}, with which {several} begin"))
        }
    }
}
