import Foundation
import Testing

/// One tracked text file of the repository, as the rules about text see it.
struct SourceFile: Sendable, CustomTestStringConvertible {
    let path: String
    let lines: [String]

    var testDescription: String { path }

    /// The module a file under Sources belongs to.
    var module: String { String(path.split(separator: "/")[1]) }

    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The files under `folders` whose name ends in one of `endings`, sorted by path.
    static func all(
        in folders: [String], ending endings: [String], root: URL = SourceFile.root
    ) throws -> [SourceFile] {
        var found: [SourceFile] = []
        for folder in folders {
            let start = root.appending(path: folder)
            guard let walk = FileManager.default.enumerator(atPath: start.path) else { continue }
            for case let name as String in walk where endings.contains(where: name.hasSuffix) {
                let text = try String(contentsOf: start.appending(path: name), encoding: .utf8)
                let path = "\(folder)/\(name)"
                found.append(SourceFile(path: path, text: text))
            }
        }
        return found.sorted { $0.path < $1.path }
    }

    /// The product's Swift; a file that cannot be read is missed by `everyModuleExists`.
    static let swift = (try? all(in: ["Sources"], ending: [".swift"])) ?? []
    /// All code, tests and tools included.
    static let code =
        (try? all(in: ["Sources", "Tests", "tools"], ending: [".swift", ".c", ".h", ".py"])) ?? []

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
}

extension String {
    /// Whether it has these bytes.
    ///
    /// A regular expression is slow in a debug build: it is for lines with its word alone.
    func has(_ word: String) -> Bool { unsafe strstr(self, word) != nil }
}
