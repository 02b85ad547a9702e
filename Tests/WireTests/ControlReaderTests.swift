import Testing
import Vectors
import Wire

/// The records of a plaintext; nil when `ControlReader` refuses it.
func records(in plaintext: [UInt8]) -> [ControlRecord]? {
    var found: [ControlRecord] = []
    let isWellFormed = ControlReader.read(plaintext.span) { found.append($0) }
    guard isWellFormed else {
        #expect(found.isEmpty, "nothing of a refused plaintext may be acted on")
        return nil
    }
    return found
}

@Suite struct ControlReaderTests {
    @Test func readsAndRefusesAsTheVectorsSay() throws {
        let cases = vectors.cases("control_parse")
        #expect(cases.count == 24)
        for (input, expected) in cases {
            let found = records(in: bytes(hex: input))
            guard let expected = expected as? [[Any]] else {
                #expect(expected as? String == "drop")
                #expect(found == nil, "\(input)")
                continue
            }
            let wanted = try expected.map { pair in
                (type: UInt8(try #require(pair.first as? Int)), body: bytes(hex: pair.last))
            }
            #expect(found?.map(\.type) == wanted.map(\.type), "\(input)")
            for (record, pair) in zip(found ?? [], wanted) {
                switch record {
                case .ping(let value), .pong(let value), .unknown(let value, _):
                    #expect(value == pair.body.prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
                case .close(let reason): #expect([reason.rawValue] == pair.body)
                case .heard(let heard):
                    // Additional bytes of a newer station are skipped.
                    let known = [heard.stream, heard.share, heard.why.rawValue]
                    #expect(known == Array(pair.body.prefix(3)))
                case .message(let message):
                    // The one of the vectors is a STATE, with a byte too many.
                    let id = CallID(
                        high: number(hex: "0190a5b0c1d27e3f"), low: number(hex: "8a4b5c6d7e8f9001"))
                    #expect(message == .state(id, .delivered))
                default: Issue.record("a record the vectors do not have: \(record.type)")
                }
            }
        }
    }

    @Test func aRecordMayEndWithThePlaintextButNotBeyond() {
        #expect(records(in: [9, 1, 7]) == [.close(CloseReason(rawValue: 7))])
        #expect(records(in: [9, 1]) == nil)
        #expect(records(in: [9]) == nil)
        #expect(records(in: [0]) == [])
        #expect(records(in: []) == [])
    }

    @Test(arguments: 0...255)
    func onlyTheRightLengthOfAKnownTypeIsRead(type: Int) {
        let right: [Int: Set<Int>] = [
            1: [9], 2: [4, 8, 12, 16, 20, 24, 28, 32], 3: [13], 4: [8], 5: [8], 6: [4], 7: [4],
            8: [3], 9: [1], 10: Set(3...60), 12: Set(26...60), 13: [10],
            14: Set(11...58), 16: [33], 17: [20], 18: [21], 19: [22], 20: [22],
            21: [22], 22: [15],
            23: [15], 24: [9], 25: [29], 26: [22],
        ]
        for size in 0...255 {
            var plaintext = [UInt8](repeating: 0, count: 300)
            plaintext[0] = UInt8(type)
            plaintext[1] = UInt8(size)
            let isRead = records(in: plaintext) != nil
            let wanted =
                type == 0
                || (right[type].map { $0.contains(size) }
                    ?? (size <= 60 && (type < 16 || size >= 4)))
            #expect(isRead == wanted, "type \(type), length \(size)")
        }
    }
}
