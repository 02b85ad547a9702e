internal import Audio
internal import Config
internal import Control
internal import HAL
internal import Media
internal import Presentation
internal import Realtime
internal import Station
internal import Switchboard
internal import Time
internal import Wire

/// Meters for those who watch, and figures for those who ask.
extension ControlLoop {
    /// 20 looks a second.
    private static var lookInterval: Duration { .milliseconds(50) }

    /// Fetches the microphone's sound while it is watched, and tells the watchers of it.
    mutating func lookAtMeters() {
        let isWatched = server.isWatched(.levels)
        let isWanted = isWatched || meters.trial != nil
        if isWanted != meters.view.isOn {
            meters.view.isOn = isWanted
            rings.tell(.watch(isWanted))
            meters.view.begin()
        }
        // What was still under way when the last watcher left is taken, too.
        while let block = rings.sound.pop() {
            meters.trial?.hear(block)
            if isWatched { meters.view.hear(block) }
        }
        if let trial = meters.trial, now >= trial.end { endLatencyTrial() }
        guard isWatched, now >= meters.view.nextLook else {
            if isWanted, !isWatched { meters.view.nextLook = now + Self.lookInterval }
            return
        }
        meters.view.nextLook = max(now, meters.view.nextLook + Self.lookInterval)
        server.tell(levels())
    }

    /// When `lookAtMeters` is due; nil: when something else happens.
    var lookDeadline: Instant? { meters.view.isOn ? meters.view.nextLook : nil }

    private mutating func levels() -> Levels {
        var levels = Levels()
        levels.timeMilliseconds = Int(Clock.wallMilliseconds())
        levels.name = config.station.name
        levels.microphone = microphoneStatus
        levels.speaker = speakerMeter
        for peer in roster.numbers where switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: rings.traffic[peer][.meter])
            var talker = Levels.Talker()
            talker.name = roster[peer].name
            (talker.peakDBFS, talker.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
            levels.talkers.append(talker)
        }
        if isCapturing {
            levels.spectrumDBFS = meters.view.spectrum.bands.map { tenths($0) }
        }
        (levels.low, levels.high) = meters.view.takeExtremes()
        return levels
    }

    /// Whether the microphone's card moves sound now.
    var isCapturing: Bool {
        devices.cards.input.isOpen && switchboard.still[.capture] == nil
            && (plan.keepsCapturing || switchboard.openTalks.isAny)
    }

    var microphoneStatus: Status.Microphone {
        var microphone = Status.Microphone()
        microphone.isOpen = switchboard.openTalks.isAny
        microphone.targets = talkedTo
        if switchboard.openTalks.isAny {
            microphone.bitrate = Int(rings.counters[.bitrate])
            microphone.levelDBFS = -Double(rings.counters[.microphoneLevel]) / 10
        }
        let snr = rings.counters[.signalToNoise]
        if snr > 0 { microphone.snrDB = Double(snr - 1) / 10 }
        microphone.meter = meter(.microphoneMeter, .microphoneClips, isOn: isCapturing)
        return microphone
    }

    var speakerMeter: Status.Meter {
        let isPlaying = devices.cards.output.isOpen && switchboard.still[.playback] == nil
        return meter(.speakerMeter, .speakerClips, isOn: isPlaying)
    }

    private func meter(_ reading: MediaCount, _ clips: MediaCount, isOn: Bool) -> Status.Meter {
        var meter = Status.Meter()
        meter.clips = Int(rings.counters[clips])
        guard isOn else { return meter }
        let reading = LevelMeter.Reading(packed: rings.counters[reading])
        (meter.peakDBFS, meter.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        return meter
    }

    /// Once a second.
    mutating func followFigures() {
        let elapsed = (now - (figures.at ?? now)).milliseconds
        figures.at = now
        for peer in roster.numbers {
            let traffic = rings.traffic[peer]
            figures.peers[peer].follow(
                sent: traffic[.sentBytes], opened: traffic[.openedBytes],
                playedSamples: traffic[.playedSamples], concealedMs: traffic[.concealedMs],
                milliseconds: Int(elapsed))
        }
    }

    /// The figures of `stats` in a peer's status.
    func addFigures(of peer: Int, to status: inout PeerStatus) {
        let traffic = rings.traffic[peer]
        let figures = figures.peers[peer]
        status.bytesSent = Int(traffic[.sentBytes])
        status.bytesOpened = Int(traffic[.openedBytes])
        status.sentPerSecond = figures.sentPerSecond
        status.openedPerSecond = figures.openedPerSecond
        status.concealedMilliseconds = Int(traffic[.concealedMs])
        status.concealedPercent = figures.concealedPercent
        if switchboard.voices.isHeard(peer) {
            let reading = LevelMeter.Reading(packed: traffic[.meter])
            (status.peakDBFS, status.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        }
        let known = station.view(of: peer)
        if let report = known.report, let at = known.reportAt {
            status.report.ageSeconds = seconds(now - at)
            status.report.lossPercent = Double(report.loss) * 100 / 256
            status.report.jitterMilliseconds = Double(report.jitter) / 10
            status.report.bufferMilliseconds = Double(report.delay)
            status.report.concealedMilliseconds = Double(report.concealed)
        }
        guard let roundTrip = status.rttMilliseconds, let buffer = status.bufferMilliseconds,
            let loss = status.concealedPercent
        else { return }
        let own = ownDelays
        let delay = own.input + own.codec + roundTrip / 2 + buffer + own.output
        let quality = EModel(delay: delay, loss: loss)
        status.quality.delayMilliseconds = tenths(delay)
        status.quality.rating = tenths(quality.rating)
        status.quality.mos = tenths(quality.mos * 10) / 10
    }

    /// What this station holds back; a peer is taken for alike.
    var ownDelays: OwnDelays {
        OwnDelays(plan, input: devices.cards.input.granted, output: devices.cards.output.granted)
    }
}

/// More places than one nobody reads.
func tenths(_ number: Double) -> Double {
    Double(Int(number < 0 ? number * 10 - 0.5 : number * 10 + 0.5)) / 10
}

/// What the control thread keeps for those who watch the meters.
struct MeterView {
    var isOn = false
    var nextLook = Instant(nanoseconds: .min)
    private(set) var spectrum = Spectrum()
    private var low: Int16?
    private var high: Int16?

    mutating func begin() {
        spectrum.reset()
        (low, high) = (nil, nil)
        nextLook = Instant(nanoseconds: .min)
    }

    mutating func hear(_ block: SoundBlock) {
        spectrum.add(block.samples.span.extracting(first: block.count))
        for index in 0..<block.count {
            let sample = block.samples[index]
            low = min(low ?? sample, sample)
            high = max(high ?? sample, sample)
        }
    }

    /// The least and the greatest sample since the look before, -1 to 1.
    mutating func takeExtremes() -> (low: Double?, high: Double?) {
        defer { (low, high) = (nil, nil) }
        func part(_ sample: Int16) -> Double { Double(Int(sample) * 1000 / 32_768) / 1000 }
        return (low.map(part), high.map(part))
    }
}
