import Audio
import Testing
import Time
import Wire

@testable import Station

/// A station that is told of a peer's recording.
extension RecorderTests {
    /// Peer 0 says that it records, or does not; returns the answer.
    private mutating func hear(
        isOn: Bool = true, _ reference: UInt64 = RecorderTests.yard, mid given: UInt32? = nil,
        at now: Instant = start
    ) -> (status: RequestResult.Status?, orders: [Order]) {
        mid += 1
        let notice = StreamBinding(
            mid: given ?? mid, stream: 35, purpose: isOn ? .record : .none, priority: .normal,
            reference: reference)
        board.receive(.stream(notice), from: 0, at: now)
        board.tick(at: now)
        var (status, orders): (RequestResult.Status?, [Order]) = (nil, [])
        for order in board.ordered {
            switch order {
            case .send(_, let payload):
                _ = ControlReader.read(payload.bytes.span) {
                    if case .result(let result) = $0, result.request == notice.mid {
                        status = result.status
                    }
                }
            case .notice(.recording), .sound(.chime): orders.append(order)
            default: break
            }
        }
        return (status, orders)
    }

    private var began: Order { .notice(.recording(by: 0, Self.yard, .began)) }
    private var ended: Order { .notice(.recording(by: 0, Self.yard, .ended)) }

    @Test mutating func peopleAreToldAndTheRecorderGetsAnAnswer() {
        board.handle(.talking(1, "yard"), at: start)
        let first = hear()
        #expect(first.status == .done)
        #expect(first.orders == [began, .sound(.chime(.recording))])
        #expect(board.recorder.references(recordedBy: 0) == [Self.yard])
        #expect(board.lamps(isListening: false, hasFault: false).isRecorded)
        // The peer does not decide when the tone sounds again.
        for seconds in [15, 30, 45, 59] {
            let again = hear(at: start + .seconds(seconds))
            #expect(again.status == .done && again.orders.isEmpty)
        }
        board.tick(at: start + .seconds(60))
        #expect(board.decided.contains(.sound(.chime(.recording))))
        let over = hear(isOn: false, at: start + .seconds(70))
        #expect(over.status == nil && over.orders == [ended])
        #expect(board.recorder.references(recordedBy: 0).isEmpty && !board.recorder.isAny)
        // It is no binding of a stream of sound.
        #expect(!board.view(of: 0).hasUnknownChannel)
    }

    @Test mutating func aRecorderThatIsSilentOrGoneRecordsNoMore() {
        _ = hear()
        _ = hear(at: start + .seconds(15))
        board.tick(at: start + .seconds(64))
        #expect(board.recorder.isAny)
        board.tick(at: start + .seconds(65))
        #expect(!board.recorder.isAny)
        #expect(board.decided.contains(ended))
        _ = hear(at: start + .seconds(200))
        #expect(board.recorder.isAny)
        board.down(peer: 0, at: start + .seconds(201))
        #expect(!board.recorder.isAny && board.decided.contains(ended))
    }

    @Test mutating func aCopyThatComesLateHidesNoRecording() {
        _ = hear(mid: 100)
        _ = hear(isOn: false, mid: 102, at: start + .seconds(10))
        #expect(hear(mid: 101, at: start + .seconds(11)).status == nil)
        #expect(!board.recorder.isAny)
        _ = hear(mid: 104, at: start + .seconds(20))
        _ = hear(isOn: false, mid: 103, at: start + .seconds(21))
        #expect(board.recorder.isAny)
        // A recording whose end came first is not shown at all.
        _ = hear(isOn: false, mid: 105, at: start + .seconds(22))
        board.tick(at: start + .seconds(80))
        _ = hear(isOn: false, mid: 110, at: start + .seconds(81))
        #expect(hear(mid: 109, at: start + .seconds(82)).status == nil && !board.recorder.isAny)
    }

    @Test mutating func whatTheSettingsDenyIsDenied() {
        consent(Policy(record: false))
        let denied = hear()
        #expect(denied.status == .denied && denied.orders.isEmpty && !board.recorder.isAny)
        #expect(board.refusals(of: 0)[.record] == 1)
        // Settings that are changed while it records end it.
        consent()
        #expect(hear().status == .done)
        consent(Policy(record: false), at: start + .seconds(1))
        #expect(results().contains(.denied) && !board.recorder.isAny)
    }

    /// The answers to the newest STREAM; repeats of older answers are left out.
    private mutating func results() -> [RequestResult.Status] {
        var results: [RequestResult.Status] = []
        for case .send(_, let payload) in board.ordered {
            _ = ControlReader.read(payload.bytes.span) {
                guard case .result(let result) = $0, result.request == mid else { return }
                results.append(result.status)
            }
        }
        return results
    }

    @Test mutating func nobodyIsRecordedWhereNothingTellsPeople() {
        consent(speaker: false)
        let unseen = hear()
        #expect(unseen.status == .unseen && unseen.orders.isEmpty && !board.recorder.isAny)
        board.consent(
            to: [Policy](repeating: Policy(), count: 4),
            Consent.Signs(
                isSpeakerOpen: false, canBeep: false, hasTalkLamp: false, hasRecordingLamp: true),
            .open, isHalfDuplex: false, at: start)
        #expect(hear().status == .done, "a lamp tells them")
        // The lamp fails while it is recorded.
        consent(speaker: false, at: start + .seconds(1))
        #expect(results().contains(.unseen) && !board.recorder.isAny)
    }

    @Test mutating func aTalkOfOthersIsUnknownAndARestlessPeerMakesNoTones() {
        #expect(hear(78).status == .unknown, "no such channel")
        #expect(hear(0).status == .unknown, "no call")
        #expect(!board.recorder.isAny)
        board.handle(.talking(1, "yard"), at: start)
        _ = hear()
        _ = hear(isOn: false, at: start + .seconds(1))
        let soon = hear(at: start + .seconds(2))
        #expect(soon.status == .done && soon.orders == [began])
        _ = hear(isOn: false, at: start + .seconds(3))
        let later = hear(at: start + .seconds(12))
        #expect(later.orders == [began, .sound(.chime(.recording))])
    }

    @Test mutating func nobodyIsWokenByAToneWhileNobodyTalks() {
        #expect(hear().orders == [began])
        _ = hear(isOn: false, at: start + .seconds(20))
        #expect(hear(at: start + .seconds(40)).orders == [began])
        #expect(hear(at: start + .seconds(75)).orders.isEmpty)
        #expect(board.recorder.deadline == start + .seconds(125), "and it wakes no processor")
        // It sounds as soon as somebody talks.
        let talked = start + .seconds(80)
        board.handle(.talking(1, "yard"), at: talked)
        board.tick(at: talked)
        #expect(board.decided.contains(.sound(.chime(.recording))))
        board.handle(.silent(target: 1, name: "yard"), at: talked + .seconds(1))
        _ = hear(at: talked + .seconds(10))
        #expect(hear(at: talked + .seconds(70)).orders.isEmpty)
    }
}
