internal import HAL

let exitCode = run(Array(CommandLine.arguments.dropFirst()))
Program.exit(exitCode.rawValue)
