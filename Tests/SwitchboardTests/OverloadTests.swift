import Testing
import Time

@testable import Station

@Suite struct OverloadTests {
    private let all = Overload.Processing(suppressesNoise: true, cancelsEcho: true)
    private let plain = Overload.Processing(suppressesNoise: false, cancelsEcho: false)
    private let start = Instant(nanoseconds: 5_000_000_000)
    private var switchboard = Switchboard(
        peers: 2, frames: .init(samples: 480, size: 58, sizeRepeated: 50),
        at: Instant(nanoseconds: 5_000_000_000))

    private mutating func follow(_ step: Overload.Step) -> [Order] {
        switchboard.follow(.overload(step), at: start)
        return switchboard.decided
    }

    @Test mutating func eachStepIsToldOnceAndSoIsTheEnd() {
        #expect(follow(.none).isEmpty && !switchboard.overload.isOn)
        #expect(follow(.thriftyEncoder) == [.notice(.overload)])
        #expect(follow(.thriftyEncoder).isEmpty)
        #expect(follow(.plainEncoder) == [.notice(.overload)])
        #expect(switchboard.overload.isOn)
        #expect(follow(.none) == [.notice(.overloadEnd)])
        #expect(!switchboard.overload.isOn)
    }

    @Test mutating func eachStepLeavesOutMore() {
        var counts: [Int] = []
        for step in Overload.Step.allCases {
            _ = follow(step)
            counts.append(switchboard.overload.losses(of: all).count)
        }
        #expect(counts == [0, 1, 1, 2, 3, 4, 4])
        #expect(
            switchboard.overload.losses(of: all) == [
                .encoderCare(isPlain: true), .noiseSuppression, .echoCancelling, .voices(2),
            ])
        _ = follow(.fourVoices)
        #expect(switchboard.overload.losses(of: all).last == .voices(4))
        _ = follow(.thriftyEncoder)
        #expect(switchboard.overload.losses(of: all) == [.encoderCare(isPlain: false)])
    }

    @Test mutating func whatTheSettingsDoNotAskForIsNotLeftOut() {
        _ = follow(.twoVoices)
        let losses = switchboard.overload.losses(of: plain)
        #expect(losses == [.encoderCare(isPlain: true), .voices(2)])
        #expect(switchboard.overload.leavesOutEcho(of: all))
        #expect(!switchboard.overload.leavesOutEcho(of: plain))
    }
}
