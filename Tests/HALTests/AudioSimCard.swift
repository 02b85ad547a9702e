import Foundation
import HAL
import Testing

/// The real alsa-lib over the simulated card of `tools/lab`, built when first asked for.
enum AudioLab {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let built = root.appending(path: ".build/lab")
    static let directory = FileManager.default.temporaryDirectory
        .appending(path: "intercom-audio-\(getpid())")

    /// False where there is no compiler; the suites that need the card are then skipped.
    ///
    /// Every suite that opens a PCM asks, so that alsa-lib never sees another configuration.
    static let isReady: Bool = {
        let lab = root.appending(path: "tools/lab")
        guard run(lab.appending(path: "build").path, [built.path]).status == 0 else { return false }
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
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = words
        let pipe = Pipe()
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return (-1, "") }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}

/// All tests on simulated cards: one after the other, for they keep real time.
@Suite(.serialized, .enabled(if: AudioLab.isReady, AudioLab.skipped))
struct AudioOnSimulatedCard {}

/// One simulated card, its own for each test, and what the world does to it.
struct SimCard {
    let id: String

    init(_ test: String = #function) {
        id = test.prefix { $0.isLetter } + "-" + String(UInt32.random(in: 0 ... .max), radix: 16)
    }

    var path: String { AudioLab.directory.appending(path: id).path }

    func pcm(_ fields: String = "") -> PCMName {
        .pcm("simcard:CARD=\(id)" + (fields.isEmpty ? "" : ",\(fields)"))
    }

    /// Runs one command of the `simcard` program to its end; what it printed.
    @discardableResult
    func command(_ words: String...) -> String {
        let result = AudioLab.run(
            AudioLab.built.appending(path: "simcard").path, [path] + words)
        #expect(result.status == 0)
        return result.output
    }

    func status() throws -> CardStatus {
        try JSONDecoder().decode(CardStatus.self, from: Data(command("status").utf8))
    }

    /// A command that takes its time.
    func begin(_ words: String...) throws -> Running {
        let process = Process()
        process.executableURL = AudioLab.built.appending(path: "simcard")
        process.arguments = [path] + words
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        return Running(process: process, output: pipe.fileHandleForReading)
    }

    struct Running {
        let process: Process
        let output: FileHandle

        /// Waits for the end, and gives the last line printed.
        func finish() throws -> WorldReport {
            let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let last = try #require(text.split(separator: "\n").last)
            return try JSONDecoder().decode(WorldReport.self, from: Data(last.utf8))
        }
    }
}

struct CardStatus: Decodable {
    struct Direction: Decodable { let running, opens, starts, xruns: Int }
    let present, asleep: Bool
    let ppm: Double
    let playback, capture: Direction
}

struct WorldReport: Decodable {
    let first_sample_ns, first_frame: Int
    let samples, missed: Int?
}

/// WAV files as `simcard` reads and writes them: 48 kHz, 16 bits.
enum WAV {
    static func write(_ samples: [Int16], channels: Int = 1, to path: String) throws {
        var file = Data()
        func word(_ value: Int, _ bytes: Int) {
            for shift in 0..<bytes { file.append(UInt8(value >> (8 * shift) & 255)) }
        }
        file.append(Data("RIFF".utf8))
        word(36 + samples.count * 2, 4)
        file.append(Data("WAVEfmt ".utf8))
        for (value, bytes) in [
            (16, 4), (1, 2), (channels, 2), (48_000, 4), (96_000 * channels, 4),
            (2 * channels, 2), (16, 2),
        ] { word(value, bytes) }
        file.append(Data("data".utf8))
        word(samples.count * 2, 4)
        for sample in samples { word(Int(UInt16(bitPattern: sample)), 2) }
        try file.write(to: URL(filePath: path))
    }

    static func read(_ path: String) throws -> [Int16] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)).dropFirst(44))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Sound that is nowhere like itself, so that it can be found again; loud, and ends included.
    static func pattern(_ count: Int, seed: UInt64 = 1) -> [Int16] {
        var state = seed
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let sample = Int16(truncatingIfNeeded: state >> 40)
            return index == 7 ? .min : index == 8 ? .max : sample == 0 ? 1 : sample
        }
    }
}

extension Array where Element == Int16 {
    /// Where `pattern` lies in this recording, whole and unaltered.
    func position(of pattern: [Int16]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (0...count - pattern.count).first { start in
            self[start] == pattern[0] && self[start..<start + pattern.count].elementsEqual(pattern)
        }
    }
}
