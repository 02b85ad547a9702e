import Foundation
import Testing

/// Published vectors, which stay outside the project.
///
/// `$INTERCOM_VECTORS` names a directory with `wycheproof/*.json` and `noise/*.txt`. Without it the
/// tests that need them are skipped and report that.
enum PublishedVectors {
    static let directory = ProcessInfo.processInfo.environment["INTERCOM_VECTORS"]

    static let skipReason: Comment = "INTERCOM_VECTORS is not set: published vectors not run"

    static var arePresent: Bool { directory != nil }

    /// The files of a folder whose names begin with `prefix`, in order.
    static func files(_ folder: String, prefix: String) throws -> [URL] {
        let folder = URL(filePath: directory ?? "/nonexistent").appending(path: folder)
        return try FileManager.default
            .contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasPrefix(prefix) }
            .filter { ["json", "txt"].contains($0.pathExtension) }
            .sorted { $0.path() < $1.path() }
    }

    /// Every case of the files of Wycheproof whose names begin with `prefix`; prints how many ran.
    ///
    /// `run` returns false for a case that the product has no way to express.
    static func wycheproof(
        _ prefix: String, run: (Wycheproof.Group, Wycheproof.Case) throws -> Bool
    ) throws {
        var tally = Tally()
        for file in try files("wycheproof", prefix: prefix) {
            for group in try read(file, as: Wycheproof.self).testGroups {
                for test in group.tests {
                    if try run(group, test) { tally.run() } else { tally.skip("of other sizes") }
                }
            }
        }
        #expect(!tally.isEmpty)
        tally.report("\(prefix), Wycheproof")
    }

    static func read<File: Decodable>(_ file: URL, as type: File.Type) throws -> File {
        try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }
}

/// A Wycheproof file; what a kind does not have is nil.
struct Wycheproof: Decodable {
    struct Group: Decodable {
        let keySize: Int?
        let ivSize: Int?
        let tagSize: Int?
        let tests: [Case]
    }
    struct Case: Decodable {
        let tcId: Int
        let flags: [String]
        let result: String
        let key: String?
        let iv: String?
        let aad: String?
        let msg: String?
        let ct: String?
        let tag: String?
        let ikm: String?
        let salt: String?
        let info: String?
        let size: Int?
        let okm: String?
        let `public`: String?
        let `private`: String?
        let shared: String?
    }
    let testGroups: [Group]
}

/// How many cases of published files ran, for the line a test prints.
struct Tally {
    private var ran = 0
    private var unexpressed: [String: Int] = [:]

    var isEmpty: Bool { ran == 0 }
    mutating func run() { ran += 1 }
    mutating func skip(_ reason: String) { unexpressed[reason, default: 0] += 1 }

    func report(_ name: String) {
        let left = unexpressed.sorted { $0.key < $1.key }
            .map { "; not expressible: \($0.value) \($0.key)" }
        print("\(name): \(ran) ran\(left.joined())")
    }
}
