import Foundation

/// The simulated chips of one test, with a `HALProbe` that sees them through the real libgpiod.
final class SimulatedGPIO {
    /// Where the build puts its products, the test bundle and `HALProbe` among them.
    static let products = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().path

    fileprivate static let preload = path(of: "libgpiosim.so")
    private static let program = path(of: "gpiosim")

    /// Counts heap calls in the probe.
    static let heapWatch = path(of: "libheapwatch.so")

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
        simulator = Child(SimulatedGPIO.program, arguments + chips.flatMap { ["--chip", $0] })
        while !FileManager.default.fileExists(atPath: folder.path("c")) { usleep(1000) }
        probe = Child(
            "\(SimulatedGPIO.products)/HALProbe", [],
            environment: preloaded(folder, preload))
    }

    /// Sends the probe a command, and returns its answer.
    func probe(_ command: String, after change: String? = nil) -> String {
        if let change { world(change) }
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

    /// The path of a part of the simulator.
    private static func path(of name: String) -> String {
        precondition(AudioLab.isBuilt, "tools/lab/build failed")
        return AudioLab.built.appending(path: name).path
    }
}

private func preloaded(_ folder: TemporaryFolder, _ more: String = "") -> [String] {
    ["LD_PRELOAD=\(SimulatedGPIO.preload) \(more)", "GPIOSIM_SOCKET=\(folder.path("s"))"]
}
