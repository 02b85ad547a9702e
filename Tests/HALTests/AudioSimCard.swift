import Foundation
import HAL
import Testing

/// The real alsa-lib over the simulated card of `tools/lab`, built at first use.
enum AudioLab {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let built = root.appending(path: ".build/lab")
    static let directory = FileManager.default.temporaryDirectory
        .appending(path: "intercom-audio-\(getpid())")

    private static let lab = root.appending(path: "tools/lab")

    /// False without a compiler.
    static let isBuilt = run(lab.appending(path: "build").path, [built.path]).status == 0

    /// False without a compiler; the suites that need the card are then skipped.
    ///
    /// Every suite that opens a PCM asks, so that alsa-lib never sees another configuration.
    static let isReady: Bool = {
        guard isBuilt else { return false }
        let files = FileManager.default
        try? files.createDirectory(at: directory, withIntermediateDirectories: true)
        unsafe setenv("ALSA_CONFIG_PATH", lab.appending(path: "simcard/simcard.conf").path, 1)
        unsafe setenv("SIMCARD_LIB", built.path, 1)
        unsafe setenv("SIMCARD_DIR", directory.path, 1)
        atexit { try? FileManager.default.removeItem(at: AudioLab.directory) }
        return true
    }()

    static let skipped: Comment = "the simulated card needs gcc and libasound2-dev"

    static func run(_ program: String, _ words: [String]) -> (status: Int32, output: String) {
        let child = Child(program, words)
        let output = child.readToEnd()
        return (child.wait(), output)
    }
}

/// All tests on simulated cards: one after the other, because they run in real time.
@Suite(.serialized, .enabled(if: AudioLab.isReady, AudioLab.skipped))
struct AudioOnSimulatedCard {}

/// One simulated card per test, and the events that befall it.
struct SimCard {
    let id: String

    init(_ test: String = #function) {
        id = test.prefix { $0.isLetter } + "-" + String(UInt32.random(in: 0 ... .max), radix: 16)
    }

    var path: String { AudioLab.directory.appending(path: id).path }

    /// The card's name for intercomd; with its abilities when they are limited.
    func pcm(_ fields: String = "") -> PCMName {
        .pcm("simcard:CARD=\(id)" + (fields.isEmpty ? "" : ",\(fields)"))
    }

    /// Runs one command of the `simcard` program to its end; returns its output.
    @discardableResult
    func command(_ words: String...) -> String {
        let result = AudioLab.run(AudioLab.built.appending(path: "simcard").path, [path] + words)
        #expect(result.status == 0)
        return result.output
    }

    func status() throws -> CardStatus {
        try JSONDecoder().decode(CardStatus.self, from: Data(command("status").utf8))
    }

    /// A command that takes its time; it has begun when this returns.
    func begin(_ words: String...) -> Running {
        let child = Child(AudioLab.built.appending(path: "simcard").path, [path] + words)
        // Its first line reports that it has begun.
        _ = child.readLine()
        return Running(child: child)
    }

    struct Running {
        let child: Child

        /// Ends the commands that still run.
        func stop() throws -> WorldReport {
            child.send(SIGINT)
            return try finish()
        }

        /// Waits for the end, and returns the last line printed.
        func finish() throws -> WorldReport {
            let text = child.readToEnd()
            child.wait()
            let last = try #require(text.split(separator: "\n").last)
            return try JSONDecoder().decode(WorldReport.self, from: Data(last.utf8))
        }
    }
}

struct CardStatus: Decodable {
    struct Direction: Decodable { let running, opens, starts, xruns: Int }
    let playback, capture: Direction
}

struct WorldReport: Decodable {
    let first_frame: Int
    let missed: Int?
}
