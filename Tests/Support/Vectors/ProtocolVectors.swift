public import Foundation

/// The shared vectors of this protocol, `Tests/Vectors/intercom_v1.json`.
///
/// Two implementations of protocol.md that share no code agreed on every value in it.
public struct ProtocolVectors: @unchecked Sendable {
    public static let file = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Vectors/intercom_v1.json")

    public let root: [String: Any]

    public init(_ file: URL = file) {
        guard let json = try? JSONSerialization.jsonObject(with: Data(contentsOf: file)),
            let root = json as? [String: Any]
        else { preconditionFailure("\(file) cannot be read") }
        self.root = root
    }

    /// The parts of the file that a type names.
    public static func read<Parts: Decodable>(as type: Parts.Type = Parts.self) throws -> Parts {
        try JSONDecoder().decode(type, from: Data(contentsOf: file))
    }

    /// Each case of `name` beside what it must give.
    public func cases(_ name: String) -> [(input: Any, expected: Any)] {
        let given = input(name) as? [Any] ?? []
        let expected = root[name] as? [Any] ?? []
        return zip(given, expected).map { (input: $0.0, expected: $0.1) }
    }

    public func input(_ name: String) -> Any? { (root["inputs"] as? [String: Any])?[name] }
}
