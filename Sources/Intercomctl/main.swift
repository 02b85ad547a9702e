internal import HAL

let exitCode = run(Program.arguments)
Program.exit(exitCode.rawValue)
