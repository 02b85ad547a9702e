import Station
import Testing
import Wire

@Suite struct HeardShareTests {
    private func report(
        _ stream: UInt8 = 3, received: UInt16, loss: UInt8 = 0, concealed: UInt16 = 0
    ) -> Report {
        Report(
            stream: stream, highest: 0, loss: loss, burst: 0, jitter: 0, delay: 20,
            concealed: concealed, received: received)
    }

    private func share() -> HeardShare { HeardShare(stream: 3, listeners: [1, 2], frameMs: 10) }

    @Test func whoReportsAllOfItHasHeardAll() {
        var share = share()
        for _ in 0..<2 { share.report(report(received: 100), from: 1) }
        share.report(report(received: 50), from: 1)
        #expect(share.percent(of: 1, frames: 250) == 100)
    }

    @Test func whoReportsNothingHasHeardNothing() {
        var share = share()
        share.report(report(received: 100), from: 1)
        #expect(share.percent(of: 2, frames: 100) == 0)
    }

    @Test func ofAnotherStreamOrAnotherPeerNothingCounts() {
        var share = share()
        share.report(report(4, received: 100), from: 1)
        share.report(report(received: 100), from: 5)
        #expect(share.percent(of: 1, frames: 100) == 0)
        #expect(share.percent(of: 5, frames: 100) == 0)
    }

    @Test func whatWasInventedWasNotHeard() {
        var share = share()
        // A fifth lost, half of that made up for by copies.
        share.report(report(received: 80, loss: 51, concealed: 100), from: 1)
        #expect(share.percent(of: 1, frames: 100) == 90)
    }

    @Test func whoCameLateHasHeardAPart() {
        var share = share()
        share.join([7])
        share.report(report(received: 25), from: 7)
        #expect(share.percent(of: 7, frames: 100) == 25)
    }

    @Test func noShareIsOverAHundredOrOfNothing() {
        var share = share()
        share.report(report(received: .max, loss: 255), from: 1)
        #expect(share.percent(of: 1, frames: 10) == 100)
        #expect(share.percent(of: 1, frames: 0) == 0)
    }
}
