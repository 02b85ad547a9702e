internal import HAL

Program.fillStreams()
hideMemory()
let exitCode = run(Program.arguments)
Program.exit(exitCode.rawValue)
