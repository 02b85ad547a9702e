import Foundation

/// The simulated chips of one test, with a `HALProbe` that sees them through the real libgpiod.
final class SimulatedGPIO {
    /// Where the build puts its products, the test bundle and `HALProbe` among them.
    static let products = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().path

    private static let lab = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../tools/lab").path

    fileprivate static let preload = compile(
        "libgpiosim.so", from: "gpio/preload.c", ["-shared", "-fPIC"])
    private static let program = compile("gpiosim", from: "gpio/gpiosim.c", [])

    /// Counts heap calls in the probe.
    static let heapWatch = compile(
        "libheapwatch.so", from: "heapwatch/heapwatch.c", ["-shared", "-fPIC"])
    static let hasHeapWatch = FileManager.default.fileExists(
        atPath: "\(lab)/heapwatch/heapwatch.c")

    /// Whether libgpiod's own tools are here to give a second opinion.
    static let hasTools = FileManager.default.isExecutableFile(atPath: "/usr/bin/gpioinfo")
    /// Whether they are those of libgpiod 1, which take other words.
    static let toolsAreOld = FileManager.default.isExecutableFile(atPath: "/usr/bin/gpiofind")

    private let folder = TemporaryFolder()
    private let simulator: Child
    private let probe: Child

    /// `preload` is one more library that the probe runs under.
    init(chips: [String] = ["pinctrl-bcm2711:GPIO0..GPIO27"], preload: String = "") {
        let arguments = ["--socket", folder.path("s"), "--control", folder.path("c")]
        simulator = Child(
            SimulatedGPIO.program, arguments + chips.flatMap { ["--chip", $0] })
        while !FileManager.default.fileExists(atPath: folder.path("c")) { usleep(1000) }
        probe = Child(
            "\(SimulatedGPIO.products)/HALProbe", [],
            environment: preloaded(folder, preload))
    }

    /// Sends the probe a command, and returns its answer.
    func probe(_ command: String) -> String {
        probe.write("\(command)\n")
        return probe.readLine() ?? "the probe died"
    }

    /// Sends the simulator a command, and returns its answer.
    @discardableResult
    func world(_ command: String) -> Answer {
        let words = command.split(separator: " ").map(String.init)
        let control = ["ctl", folder.path("c")]
        let text = Child(SimulatedGPIO.program, control + words).readToEnd()
        do { return try JSONDecoder().decode(Answer.self, from: Data(text.utf8)) } catch {
            fatalError("gpiosim answered \(text)")
        }
    }

    struct Answer: Decodable {
        let ok: Bool
        let ns: Int64?
        let level: Int?
        let driven: Bool?
    }

    /// The output of one of libgpiod's own tools for the simulated chips.
    func tool(_ name: String, _ arguments: [String]) -> String {
        Child("/usr/bin/\(name)", arguments, environment: preloaded(folder)).readToEnd()
    }

    /// Compiles a part of the simulator, and returns the path of the product.
    private static func compile(_ name: String, from source: String, _ options: [String]) -> String
    {
        let made = "\(products)/\(name)"
        // Another test run may be using the old one.
        let draft = "\(made).\(getpid())"
        let compiler = Child(
            "/usr/bin/cc", ["-O1", "-o", draft, "\(lab)/\(source)"] + options)
        _ = compiler.readToEnd()
        let isMade = unsafe compiler.wait() == 0 && rename(draft, made) == 0
        precondition(isMade, "cc \(source) failed")
        return made
    }
}

/// The environment that makes a program see the simulator's chips in the folder.
private func preloaded(_ folder: TemporaryFolder, _ more: String = "") -> [String] {
    ["LD_PRELOAD=\(SimulatedGPIO.preload) \(more)", "GPIOSIM_SOCKET=\(folder.path("s"))"]
}
