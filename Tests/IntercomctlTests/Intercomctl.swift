import Foundation
import Report
import Testing

/// The built program, run as a person would.
enum Intercomctl {
    struct Outcome {
        let code: Int32
        let output: String
        let complaint: String
    }

    /// The build puts programs beside the bundle of tests, whose path the runner is given.
    static let path: String = {
        let bundle = CommandLine.arguments.first { $0.contains(".xctest") }
        let beside = bundle.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        let folder = beside ?? Bundle.main.bundleURL
        return folder.appendingPathComponent("intercomctl").path
    }()

    static func run(
        _ arguments: [String], environment: [String: String] = [:], intoFullDisk: Bool = false
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        let output = Pipe()
        let complaint = Pipe()
        process.standardOutput = intoFullDisk ? FileHandle(forWritingAtPath: "/dev/full") : output
        process.standardError = complaint
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // Given to nobody, it would never end.
        if intoFullDisk { try output.fileHandleForWriting.close() }
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let wailed = complaint.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            code: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
            complaint: String(decoding: wailed, as: UTF8.self))
    }
}

/// A station's folders in a place of their own, gone with the test.
final class StationFolder {
    let root: URL
    var config: String { root.appendingPathComponent("etc").path }
    var state: String { root.appendingPathComponent("state").path }
    var socket: String { root.appendingPathComponent("run/control.sock").path }

    /// Makes them; `text` is what `intercomd.conf` says besides station and paths.
    init(_ text: String = "") throws {
        root = FileManager.default.temporaryDirectory
            .appendingPathComponent("ictl-\(UInt32.random(in: 0...UInt32.max))")
        for name in ["etc/peers.d", "state", "run"] {
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        try write(
            """
            [station]
            name = kitchen
            [paths]
            state = \(state)
            runtime = \(root.path)/run
            \(text)
            """, to: "etc/intercomd.conf")
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// The program that answers in place of this station's daemon; it ends with the folder.
    private var daemon: FakeDaemon?

    /// Lets a daemon answer each request with these lines, in place of a former one.
    func answer(hasMore: Bool = false, _ lines: @escaping @Sendable (Request?) -> [[UInt8]]) throws
    {
        daemon?.stop()
        daemon = nil
        daemon = try FakeDaemon(at: socket, hasMore: hasMore, answer: lines)
    }

    func answer(_ reply: Reply) throws { try answer { _ in [reply.encoded] } }

    func write(_ text: String, to name: String, mode: Int = 0o644) throws {
        let url = root.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try text.write(to: url, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: url.path)
    }

    func read(_ name: String) -> String? {
        try? String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(at: root.appendingPathComponent(name))
    }

    /// A file with a pre-shared key; returns its path.
    func writePSK(_ text: String) throws -> String {
        try write(text, to: "shared.psk", mode: 0o600)
        return root.appendingPathComponent("shared.psk").path
    }

    func mode(of name: String) -> Int? {
        let path = root.appendingPathComponent(name).path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.posixPermissions] as? Int
    }

    func run(_ arguments: String...) throws -> Intercomctl.Outcome { try run(arguments) }

    func run(_ arguments: [String]) throws -> Intercomctl.Outcome {
        try Intercomctl.run(["--config", config] + arguments)
    }

    /// Runs a command that succeeds.
    ///
    /// - Returns: The text that it prints.
    @discardableResult
    func does(_ arguments: String...) throws -> String { try does(arguments) }

    /// Does these commands of `site`, such as `init house`, one after the other.
    func site(_ commands: String...) throws {
        for words in commands { try does(["site"] + words.split(separator: " ").map(String.init)) }
    }

    /// A station with an identity, and with the site that these commands make.
    static func withSite(_ commands: String...) throws -> StationFolder {
        let folder = try StationFolder()
        try folder.writeIdentity()
        for words in commands { try folder.site(words) }
        return folder
    }

    @discardableResult
    func does(_ arguments: [String]) throws -> String {
        let outcome = try run(arguments)
        #expect(outcome.code == 0, "\(arguments): \(outcome.complaint)")
        return outcome.output
    }

    /// The identity whose secret is 32 times 0x11; its public key is `ownKey`.
    func writeIdentity(mode: Int = 0o600) throws {
        let digits = String(repeating: "11", count: 32)
        try write("intercom-identity-1 \(digits)\n", to: "state/keys/identity", mode: mode)
    }
}

// protocol.md §4.2 and its vectors.
let ownKey = "intercom1:pnhjbg56p77ejrdfuiqag7lar3rvrf6td34xf4d7oseszmhxh4jq:sdyp"
let ownFingerprint = "6615 5028 5009 7032 9321 0175"
let otherKey = "intercom1:b6vgqtwsrbt3s72kniw64xpyz2lu45vxaghd6ivbythsm6cxb4qa:4ozb"
let otherFingerprint = "4207 0015 5326 9576 0434 9394"
/// Of the 32 bytes 0, 1 … 31.
let thirdKey = "intercom1:aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypq:jdms"
