import Foundation
import Testing
import Vectors

@testable import Crypto

/// The recordings of `intercom_v1.json`, the project's own file and the published one.
@Suite struct RecordingVectorTests {
    struct Vectors: Decodable {
        struct Recipient: Decodable {
            let x25519_secret: String
            let kem_seed: String
            let e: String
            let kem_m: String
        }
        struct Entry: Decodable {
            let ms: Int
            let source: Int
            let data: String
        }
        struct Input: Decodable {
            let suite: UInt8
            let start_ms: UInt64
            let prefix: String
            let file_key: String
            let recipients: [Recipient]
            let chunks: [[Entry]]
        }
        struct Inputs: Decodable { let recording: [Input] }
        struct Output: Decodable {
            let file: String
            let key_sha256: String
            let key_check: String
            let truncated: Int
        }
        let inputs: Inputs
        let recording: [Output]
    }

    private static func hex(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private func check(_ file: URL) throws {
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
        #expect(vectors.recording.count >= 2)
        for (given, wanted) in zip(vectors.inputs.recording, vectors.recording) {
            let keys = given.recipients.map {
                Array("intercom-recording-1 \($0.x25519_secret)\($0.kem_seed)".utf8)
            }
            let publicKeys = try keys.map { try RecordingKey.parse($0.span).publicKey }
            var drawn =
                [given.prefix, given.file_key] + given.recipients.flatMap { [$0.e, $0.kem_m] }
            var sealer = RecordingSealer(
                suite: try #require(Suite(rawValue: given.suite)),
                startMilliseconds: given.start_ms, to: publicKeys
            ) { bytes in
                let next = [UInt8](hex: drawn.removeFirst())
                for place in bytes.indices { bytes[place] = next[place] }
            }
            let contents = given.chunks.map { chunk in
                chunk.flatMap { entry in
                    [UInt8](
                        hex: Self.hex(entry.ms, 8) + Self.hex(entry.source, 2)
                            + Self.hex(entry.data.count / 2, 4) + entry.data)
                }
            }
            var made = sealer.header.bytes
            for (index, entries) in contents.enumerated() {
                made += sealer.sealed(entries, isLast: index == contents.count - 1) ?? []
            }
            #expect(made.hex == wanted.file)

            let text = try #require(publicKeys.first).text
            #expect(text.hasSuffix(":\(wanted.key_check)"))
            #expect(SHA256.hash(Array(text.utf8).span).hex == wanted.key_sha256)
            for key in keys {
                let key = try RecordingKey.parse(key.span)
                let read = ReadRecording([UInt8](hex: wanted.file), with: key)
                #expect(read.contents == contents && read.faults == [])
                let cut = ReadRecording(Array(made[..<wanted.truncated]), with: key)
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
