import Audio
import Testing
import Time
import Wire

@testable import Station

private let frames = LossProtection.Frames(samples: 480, size: 58, sizeRepeated: 50)

/// A talker on a narrow link with a queue before it that drops what does not fit, and one who
/// listens and reports once a second; the way back is wide.
private struct NarrowLink {
    static let queueMs = 200.0
    static let headers = 28 + 51

    let bitsPerMs: Double
    let frameMs: Double
    var station = Switchboard(
        targets: [TalkTarget(stream: 0, reference: 0, listeners: [0])], channels: [],
        firstMids: [100], frames: frames, at: start)
    var protection: LossProtection.Way
    /// Whether questions go out that no report has just asked for.
    var asksAgain = true
    var depthMax = 0

    /// The link becomes idle then, ms.
    private var freeAt = -10_000.0
    /// What became of the packets of sound, the newest last, and how long each was under way.
    private var isLost: [Bool] = []
    private var transit: Double?
    private var jitter = 0.0
    /// Answers on their way: when they come, and to what.
    private var pongs: [(at: Double, token: UInt32)] = []

    init(kbits: Double, profile: Profile) {
        bitsPerMs = kbits
        let settings = profile.settings
        frameMs = Double(settings.frameSamples) / 48
        protection = LossProtection.Way(
            LossProtection.Frames(
                samples: settings.frameSamples,
                size: settings.frameSize(bitrate: settings.bitrate),
                sizeRepeated: settings.frameSize(bitrate: settings.bitrateRepeated)),
            isWireless: false)
    }

    private var packetSize: Double {
        let choice = protection.redundancy.choice
        return Double(Self.headers + max(64, 5 + choice.frameSize * (1 + choice.depth)))
    }

    /// When a packet sent now arrives; nil when it is dropped.
    private mutating func pass(at now: Double) -> Double? {
        let begin = max(freeAt, now)
        guard begin - now <= Self.queueMs else { return nil }
        freeAt = begin + packetSize * 8 / bitsPerMs
        return freeAt + 1
    }

    private func instant(_ ms: Double) -> Instant { start + .microseconds(Int64(ms * 1000)) }

    private mutating func takeQuestions(at now: Double, mayAsk: Bool) {
        while let order = station.nextOrder() {
            guard case .send(_, let payload) = order else { continue }
            var tokens: [UInt32] = []
            _ = ControlReader.read(payload.bytes.span) { record in
                if case .ping(let token) = record { tokens.append(token) }
            }
            for token in tokens where mayAsk {
                if let there = pass(at: now) { pongs.append((there + 1, token)) }
            }
        }
    }

    private mutating func send(at now: Double) {
        let there = pass(at: now)
        isLost.append(there == nil)
        guard let there else { return }
        if let transit { jitter += (abs(there - now - transit) - jitter) / 16 }
        transit = there - now
    }

    private mutating func report(at now: Double) {
        let recent = isLost.suffix(Int(2000 / frameMs))
        let lost = recent.count { $0 }
        let runs = zip(recent, recent.dropFirst()).count { !$0 && $1 }
        let report = Report(
            stream: 0, highest: 0, loss: UInt8(clamping: lost * 256 / max(1, recent.count)),
            burst: UInt8(clamping: lost * 8 / max(1, runs)), jitter: UInt16(jitter * 10),
            delay: 20, concealed: 0, received: 0)
        station.receive(.report(report), from: 0, at: instant(now))
        protection.reported(report, at: instant(now))
    }

    /// Talks for so long; reports come so much after a packet was sent.
    mutating func talk(seconds: Int, phase: Double) {
        station.up(peer: 0, isNewBoot: true, at: instant(-2_000))
        station.tick(at: instant(-2_000))
        takeQuestions(at: -2_000, mayAsk: true)
        var (nextPacket, nextReport) = (0.0, 1_000 + phase)
        while nextPacket < Double(seconds) * 1000 {
            let due = station.deadline.map { Double(($0 - start).nanoseconds) / 1e6 }
            let tick = due ?? .infinity
            let pong = pongs.first?.at ?? .infinity
            let now = min(nextPacket, nextReport, tick, pong)
            if now == pong {
                let token = pongs.removeFirst().token
                let before = station.view(of: 0).roundTripAt
                station.receive(.pong(token), from: 0, at: instant(now))
                let view = station.view(of: 0)
                if view.roundTripAt != before, let roundTrip = view.roundTrip {
                    protection.measured(roundTrip, at: instant(now))
                }
            } else if now == nextPacket {
                send(at: now)
                nextPacket += frameMs
            } else if now == nextReport {
                report(at: now)
                nextReport += 1_000
                takeQuestions(at: now, mayAsk: true)
            } else {
                station.tick(at: station.deadline ?? instant(now))
                takeQuestions(at: now, mayAsk: asksAgain)
            }
            depthMax = max(depthMax, protection.redundancy.choice.depth)
        }
    }
}

@Suite struct LossProtectionTests {
    /// Wherever the questions fall between the packets: the queue is seen, packets become smaller
    /// and carry no copies but those in padding.
    @Test(arguments: [
        (Profile.voice, 80.0), (.voice, 60), (.lowpower, 45), (.studio, 200), (.ultra, 300),
    ])
    func aFullQueueMakesPacketsSmaller(profile: Profile, kbits: Double) {
        for step in 0..<40 {
            var link = NarrowLink(kbits: kbits, profile: profile)
            let phase = link.frameMs * Double(step) / 40
            link.talk(seconds: 10, phase: phase)
            #expect(link.protection.redundancy.isNarrow, "\(phase) ms")
            #expect(link.depthMax == 0, "\(phase) ms")
        }
    }

    /// Asked with each report alone, there are phases at which all questions are lost: the test
    /// above can fail.
    @Test func questionsOfOnePhaseMayAllBeLost() {
        var blind = 0
        for step in 0..<40 {
            var link = NarrowLink(kbits: 80, profile: .voice)
            link.asksAgain = false
            link.talk(seconds: 10, phase: Double(step) / 4)
            if !link.protection.redundancy.isNarrow { blind += 1 }
        }
        #expect(blind > 0)
    }

    @Test func aWideLinkIsLeftAlone() {
        var link = NarrowLink(kbits: 150, profile: .voice)
        link.talk(seconds: 10, phase: 3)
        #expect(!link.protection.redundancy.isNarrow && link.depthMax == 0)
    }

    /// A report waits for the answer to the question it caused, and no longer than the next.
    @Test func aReportIsActedOnWithItsAnswerOrTheNextReport() {
        let lossy = Report(
            stream: 0, highest: 0, loss: 26, burst: 9, jitter: 10, delay: 20, concealed: 0,
            received: 90)
        var protection = LossProtection.Way(frames, isWireless: false)
        protection.measured(.milliseconds(4), at: start)
        protection.reported(lossy, at: start + .seconds(1))
        #expect(protection.redundancy.choice.depth == 0)
        protection.measured(.milliseconds(4), at: start + .milliseconds(1004))
        #expect(protection.redundancy.choice.depth == 2)
        var unanswered = LossProtection.Way(frames, isWireless: false)
        unanswered.reported(lossy, at: start)
        unanswered.reported(lossy, at: start + .seconds(1))
        #expect(unanswered.redundancy.choice.depth == 2)
    }
}
