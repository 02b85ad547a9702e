import Crypto
import Testing
import Vectors
import Wire

@testable import Peering

@Suite struct ServiceInstanceTests {
    private let own = ServiceInstanceTests.instance()

    private static func instance(_ seed: UInt64 = 1) -> ServiceInstance {
        ServiceInstance(of: ServiceInstance.stations, port: 5577, text: labels("hi"), lots(seed))
    }

    @Test func theMessageSaysAllOfIt() throws {
        let found = try #require(message(own.message([host(7, port: 0), linkLocal(9, port: 0)])))
        #expect(found.isResponse && found.answers == found.records.count)
        #expect(
            found.records.map(\.content) == [
                .pointer(own.name), .service(port: 5577, host: own.host),
                .text(labels("hi")), .other, .other,
            ])
        #expect(found.records.map(\.kind) == [12, 33, 16, 1, 28])
        #expect(found.records.allSatisfy { $0.timeToLive == 120 })
    }

    /// The kernel lets no other response through (multicast.c), so this is more than form.
    @Test func theNameOfTheServiceIsWrittenOutFirst() {
        let bytes = own.message([host(7, port: 0)])
        #expect(Array(bytes[12..<35]) == ServiceInstance.stations.bytes)
    }

    @Test func addressesAreWrittenInNetworkOrder() {
        let bytes = own.message([host(7, port: 0), linkLocal(9, port: 0)])
        #expect(Array(bytes.suffix(16)) == [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9])
        let first = bytes.dropLast(16 + 12)
        #expect(Array(first.suffix(4)) == [192, 0, 2, 7])
    }

    @Test func theLongestBeaconFitsIntoAPacket() {
        let beacon = Beacon(of: Person(1).publicKey, to: [], lots())
        let own = ServiceInstance(
            of: ServiceInstance.stations, port: 65535, text: beacon.text, lots())
        let most = [Endpoint](repeating: linkLocal(1), count: 8)
        #expect(own.message(most).count < 700)
    }

    @Test func itAnswersQuestionsAboutItselfAlone() {
        func answers(_ name: DNSName, _ kinds: [UInt16]) -> [UInt16] {
            kinds.filter { own.answers(.init(name: name, kind: $0)) }
        }
        let all: [UInt16] = [1, 12, 16, 28, 33, 255, 2]
        #expect(answers(ServiceInstance.stations, all) == [12, 255])
        #expect(answers(DNSName("_services", "_dns-sd", "_udp", "local"), all) == [])
        #expect(answers(own.name, all) == [16, 33, 255])
        #expect(answers(own.host, all) == [1, 28, 255])
        #expect(answers(ServiceInstance.pairings, all) == [])
        #expect(answers(Self.instance(2).name, all) == [])
        #expect(answers(DNSName("local"), all) == [])
    }

    private func query(knowing own: ServiceInstance, timeToLive: UInt32) -> DNSMessage? {
        var bytes = ServiceInstance.question(for: ServiceInstance.stations)
        bytes[7] = 1
        var writer = DNSWriter(answers: 1)
        writer.record(own.service, 12, timeToLive: timeToLive) {
            // Without a pointer: the record is moved behind the question.
            $0.append(own.name.bytes)
        }
        return message(bytes + writer.bytes[12...])
    }

    @Test func aQuerierThatKnowsItNeedsNoAnswer() throws {
        #expect(own.isKnown(to: try #require(query(knowing: own, timeToLive: 60))))
        // It remembers it for less than half of the time.
        #expect(!own.isKnown(to: try #require(query(knowing: own, timeToLive: 59))))
        #expect(!own.isKnown(to: try #require(query(knowing: Self.instance(2), timeToLive: 120))))
    }

    @Test func anHeardInstanceIsReadBack() throws {
        let service = ServiceInstance.stations
        let response = try #require(message(own.message([host(7)])))
        let found = try #require(HeardInstance(of: service, in: response))
        #expect(found.name == own.name && found.port == 5577 && found.text == own.text)
        #expect(!found.isFarewell)
        #expect(HeardInstance(of: ServiceInstance.pairings, in: response) == nil)
        let over = try #require(
            message(own.message([host(7)], timeToLive: ServiceInstance.farewell)))
        #expect(HeardInstance(of: service, in: over)?.isFarewell == true)
    }

    @Test func halfAnInstanceIsNone() throws {
        func read(_ kinds: [UInt16], port: UInt16 = 5577, of name: DNSName) -> HeardInstance? {
            var writer = DNSWriter(answers: kinds.count)
            for kind in kinds {
                let owner = kind == 12 ? own.service : name
                writer.record(owner, kind, timeToLive: 120) { writer in
                    switch kind {
                    case 12: writer.name(own.name)
                    case 33:
                        for word in [0, 0, port] { writer.word(word) }
                        writer.name(own.host)
                    default: writer.append([0])
                    }
                }
            }
            return message(writer.bytes).flatMap {
                HeardInstance(of: own.service, in: $0)
            }
        }
        #expect(read([12, 33, 16], of: own.name) != nil)
        #expect(read([12, 16, 33], of: own.name) != nil)
        for kinds: [UInt16] in [[12], [12, 33], [12, 16], [33, 16], [33, 16, 12]] {
            #expect(read(kinds, of: own.name) == nil, "\(kinds)")
        }
        #expect(read([12, 33, 16], port: 0, of: own.name) == nil)
        #expect(read([12, 33, 16], of: own.host) == nil)
    }

    /// The beacon that another implementation has made of protocol.md.
    @Test func theBeaconOfTheVectorsIsRead() throws {
        let vectors = ProtocolVectors()
        let lan = vectors.root["lan"] as? [String: Any]
        let response = try #require(message(bytes(hex: lan?["message"])))
        let found = try #require(HeardInstance(of: ServiceInstance.stations, in: response))
        let given = try #require(vectors.input("lan") as? [String: Any])
        let name = try #require(given["instance"] as? String)
        #expect(found.name == DNSName(Array(name.utf8), in: ServiceInstance.stations))
        #expect(Int(found.port) == given["port"] as? Int)
        let beacon = try #require(Beacon(text: found.text))
        #expect(beacon.nonce == bytes(hex: given["nonce"]))
        func key(_ name: String) -> Key { Key(copying: bytes(hex: vectors.input(name)).span) }
        let announcer = X25519.publicKey(of: key("init_static"))
        let tagKey = TagKey(own: key("resp_static"), peer: announcer, psk: key("psk"))
        #expect(beacon.isOf(announcer, by: tagKey!))
    }
}
