import Foundation
import Testing
import Vectors

@testable import Crypto

/// The recordings of `intercom_v1.json`, the project's own file and the published one.
@Suite struct RecordingVectorTests {
    private static func hex(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func bytes(of entry: [String: Any]) -> [UInt8] {
        let (ms, source) = (entry["ms"] as? Int ?? 0, entry["source"] as? Int ?? 0)
        let data = entry["data"] as? String ?? ""
        return [UInt8](hex: hex(ms, 8) + hex(source, 2) + hex(data.count / 2, 4) + data)
    }

    private func check(_ file: URL) throws {
        let cases = ProtocolVectors(file).cases("recording")
        #expect(cases.count >= 2)
        for (given, wanted) in cases {
            let given = try #require(given as? [String: Any])
            let wanted = try #require(wanted as? [String: Any])
            let recipients = try #require(given["recipients"] as? [[String: String]])
            let keys = recipients.map {
                Array("intercom-recording-1 \($0["x25519_secret"]!)\($0["kem_seed"]!)".utf8)
            }
            let publicKeys = try keys.map { try RecordingKey.parse($0.span).publicKey }
            var drawn =
                ["prefix", "file_key"].map { given[$0] as? String ?? "" }
                + recipients.flatMap { [$0["e"]!, $0["kem_m"]!] }
            var sealer = RecordingSealer(
                suite: try #require(Suite(rawValue: given["suite"] as? UInt8 ?? 0)),
                startMilliseconds: given["start_ms"] as? UInt64 ?? 0, to: publicKeys
            ) { bytes in
                let next = [UInt8](hex: drawn.removeFirst())
                for place in bytes.indices { bytes[place] = next[place] }
            }
            let chunks = try #require(given["chunks"] as? [[[String: Any]]])
            let contents = chunks.map { $0.flatMap(Self.bytes(of:)) }
            var made = sealer.header.bytes
            for (index, entries) in contents.enumerated() {
                made += sealer.sealed(entries, isLast: index == contents.count - 1) ?? []
            }
            #expect(made.hex == wanted["file"] as? String)

            let text = try #require(publicKeys.first).text
            #expect(text.hasSuffix(":\(wanted["key_check"] as? String ?? "?")"))
            #expect(SHA256.hash(Array(text.utf8).span).hex == wanted["key_sha256"] as? String)
            let truncated = try #require(wanted["truncated"] as? Int)
            for key in keys {
                let key = try RecordingKey.parse(key.span)
                let read = ReadRecording(Vectors.bytes(hex: wanted["file"]), with: key)
                #expect(read.contents == contents && read.faults == [])
                let cut = ReadRecording(Array(made[..<truncated]), with: key)
                #expect(cut.contents == Array(contents.prefix(1)))
                #expect(cut.faults == [.truncated(chunk: 1)])
            }
        }
    }

    @Test func ownVectors() throws {
        try check(ProtocolVectors.file)
    }

    @Test(.enabled(if: PublishedVectors.arePresent, PublishedVectors.skipReason))
    func publishedVectors() throws {
        let folder = try #require(PublishedVectors.directory)
        try check(URL(filePath: folder).appending(path: "intercom_v1.json"))
    }
}
