import Foundation

/// The directory of one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        // Short: a Unix socket's path has 107 bytes.
        path = "/tmp/hal-\(UInt64.random(in: 0 ..< .max))"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        } catch { fatalError("no temporary folder: \(error)") }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { "\(path)/\(name)" }
}
