internal import Audio
internal import Config
internal import HAL
internal import Media
internal import Report
internal import Station
internal import Time

extension Snapshot {
    /// What `intercomctl status` shows.
    var status: Status {
        var status = Status()
        status.version = Product.version
        status.name = config.station.name
        status.uptimeSeconds = Int((now - startedAt).milliseconds / 1000)
        status.isRealtime = isRealtime
        status.isMemoryLocked = memoryFault == nil
        status.problems = problems
        status.notes = notes
        status.unheard = hindrances
        status.audio.input = device(input, .capture, xruns: .captureXruns)
        status.audio.output = device(output, .playback, xruns: .playbackXruns)
        (status.audio.input.driftPPM, status.audio.input.driftErrorPPM) = told(captureDrift)
        (status.audio.output.driftPPM, status.audio.output.driftErrorPPM) = told(playbackDrift)
        status.audio.isOneClock = soundClock?.isOneClock ?? false
        status.audio.clockReason = soundClock?.reason
        status.audio.profile = config.audio.profile.rawValue
        status.audio.concealment = plan.concealment.isNeural ? "neural" : "plain"
        status.audio.concealmentReason = plan.concealment.reason
        status.audio.duplex = handsFree.isHalfDuplex ? "half" : "full"
        status.audio.duplexReason = handsFree.duplexReason
        status.audio.echo = handsFree.echoState
        if handsFree.cancelsEcho, media[.echoReduction] > 0 {
            status.audio.echoReductionDB = Double(media[.echoReduction]) / 10
        }
        tellShed(&status.audio)
        status.microphone = microphoneStatus
        status.microphone.mayOpen = mayOpenMicrophone
        status.call = callStatus
        status.announcement = switchboard.announcer.job?.name
        status.speaker = speakerMeter
        status.buttons = config.buttons.indices.map { button($0) }
        status.lamps = lamps.map { Status.Lamp($0) }
        status.relays = relays.map { Status.Relay($0) }
        status.peers = directory.numbers.map { peerStatus($0) }
        status.callers = callers
        status.site = site
        status.broker = broker
        status.pairing = pairing
        if switchboard.overload.isOn { status.leftOut = leftOut.map { $0.word } }
        status.channels = config.channels.indices.map { channel($0) }
        status.media.cpuNanoseconds = Int(media[.cpuNanoseconds])
        status.media.periods = Int(media[.ticks])
        let heap = media[.heapCalls]
        status.media.heapCalls = heap == UInt64.max ? nil : Int(heap)
        status.counters = counters
        status.state = state
        return status
    }

    private func channel(_ place: Int) -> Status.Channel {
        var channel = Status.Channel()
        let configured = config.channels[place]
        channel.name = configured.name
        channel.isListening = configured.listen
        channel.members = routing.channels[place].members.map { directory[$0].name }
        channel.isTalking = talkedTo.contains(configured.name)
        return channel
    }
}
