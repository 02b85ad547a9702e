internal import HAL

Program.fillStreams()
let exitCode = run(Program.arguments)
Program.exit(exitCode.rawValue)
