import Testing

@testable import Report

/// The keys are an interface: this text may get more of them, never lose or rename one.
private let golden = """
    {"schema":1,"version":"0.1.0","name":"kitchen","uptime_s":273600,"realtime":true,\
    "memory_locked":false,"problems":[{"code":"absent","subject":"audio input x","text":"no card",\
    "fix":"plug it in"}],"notes":[],"unheard":[{"where":"there","peer":"garage",\
    "reason":"held_down","text":"half","fix":"wait","age_s":1.5}],\
    "audio":{"input":{"name":"usb:0d8c:0014","state":"open","fault":null,"rate":48000,"channels":1,\
    "format":"S16_LE","period":480,"buffer":960,"xruns":2,"drift_ppm":80.4,"drift_error_ppm":0.3,\
    "detours":["PulseAudio"]},"output":{"name":"card:Device","state":"absent",\
    "fault":{"code":"absent","subject":"","text":"unplugged","fix":null},"rate":null,\
    "channels":null,"format":null,"period":null,"buffer":null,"xruns":0,"drift_ppm":null,\
    "drift_error_ppm":null,"detours":[]},"duplex":"half","duplex_reason":"","echo":"off",\
    "echo_reduction_db":null,"one_clock":false,"clock_reason":"two cards","profile":"voice",\
    "concealment":"plain"},"microphone":{"open":true,"targets":["house"],"may_open":["attic"],\
    "level_dbfs":-18.5,"snr_db":43.5,"bitrate":null,"peak_dbfs":-6.5,"rms_dbfs":-18.5,"clips":3},\
    "call":{"state":"active","call":"0190","kind":"call","direction":"in","peers":["attic"],\
    "weak":["attic"],"unheard":[{"peer":"attic","percent":null,"reason":"speaker_muted",\
    "detail":null}],"seconds":4.5,"last":"018f","last_direction":"out","last_peer":"garage",\
    "last_cause":"rejected","last_ended_ms":1000,"last_missed":false},"announcement":"house",\
    "speaker":{"peak_dbfs":null,"rms_dbfs":null,"clips":0},"buttons":[{"name":"ptt",\
    "line":"GPIO17","state":"pressed","fault":null,"target":"house","talking":true,\
    "press_age_s":2.5}],"lamps":[{"name":"mic","line":"GPIO23","state":"on","fault":null,\
    "show":"talking"}],"relays":[{"name":"door","line":"GPIO24","state":"off","fault":null}],\
    "peers":[{"name":"garage","state":"up","heard_age_s":0.4,"rtt_ms":1.0,"jitter_ms":0.6,\
    "loss_percent":0.0,"buffer_ms":20.0,"redundancy_depth":2,"redundancy_offset":1,"narrow":false,\
    "frames_recovered":0,"fingerprint":"7f3a-91c2","suite":1,"psk":true,"verified":false,\
    "endpoint":"192.0.2.17:5577","endpoint_source":"lan","path":"forwarded",\
    "forwarded_by":"attic","path_reason":"no address","forwards":true,\
    "forwarded_bytes":800,"talking":false,"session_age_s":12.5,\
    "packets_sent":1000,"packets_opened":900,"packets_refused":1,"claims_refused":3,\
    "down_reason":null,"down_age_s":null,"fault":null,"problem":false,"bytes_sent":115000,\
    "bytes_opened":103500,"sent_bytes_s":11500,"opened_bytes_s":0,"peak_dbfs":-9.5,\
    "rms_dbfs":-20.5,"concealed_ms":40,"concealed_percent":0.5,"delay_ms":48.5,"heard_percent":98,\
    "last_words_age_s":2.5,"heard_reason":"held_down","hears_now":"heard",\
    "records":["house"],"report_age_s":0.5,\
    "report_loss_percent":1.5,"report_jitter_ms":0.5,"report_buffer_ms":11.0,\
    "report_concealed_ms":20.0}],"callers":[{"key":"intercom1:a","fingerprint":"7699 5418",\
    "address":"192.0.2.9:5577","age_s":12.5,"proven":true,"station":"hall","former_station":null}],\
    "site":{"name":"house","number":3,"fingerprint":"1234","peers":["garage"],"introduces":false,\
    "introducers":["attic"],"behind":["attic"],"older":[{"station":"attic","number":2}],\
    "left":["barn"],"offers":[{"peer":"attic","name":"barn","number":2,"stations":5,\
    "fingerprint":"5678","left":false}]},"broker":{"address":"a.example:8883","connected":true,\
    "seen_as":"192.0.2.3:5577"},"home_assistant":{"address":"b.example:1883",\
    "connected":false,"seen_as":null},"pairing":{"state":"showing","by":"button ptt"},\
    "left_out":["voices"],"channels":[{"name":"house","listen":true,"members":["garage"],\
    "talking":true}],"recordings":[{"name":"calls","recorded":[],"unrecorded":["garage"],\
    "denied_by":"garage","can_tell":false}],\
    "media":{"cpu_ns":123456789,"periods":1000,"heap_calls":0},\
    "state":{"schema":1,"volumes":{"speaker":80,"ring":100,"tones":100,"page":100},"mute_mic":true,\
    "mute_speaker":false,"muted":["garage"],"dnd":{"on":true,"until_ms":1000},"quiet_hours":false},\
    "counters":{"frames_sent":10,"dropped_replay":1}}
    """

/// The status that the text says.
func sample() -> Status {
    guard let json = object(golden), let status = Status(json: json) else {
        preconditionFailure("the text is no status")
    }
    return status
}

@Suite struct StatusTests {
    @Test func keysAreTheInterface() {
        let written = text(sample().json)
        #expect(written == golden)
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let line = Array(Reply.status(sample()).encoded.dropLast())
        #expect(try Reply(parsing: line.span) == .status(sample()))
        let fresh = Array(Reply.status(Status()).encoded.dropLast())
        #expect(try Reply(parsing: fresh.span) == .status(Status()))
    }

    @Test func aNewerDaemonsKeysArePassedOver() {
        guard
            let json = object(golden.replacing("{\"schema\":1", with: "{\"new\":[1],\"schema\":1"))
        else {
            Issue.record("not JSON")
            return
        }
        let read = Status(json: json)
        #expect(read == sample())
    }

    @Test func aNumberIsBoundedAndAWordInItsPlaceIsNoStatus() throws {
        func status(_ rtt: String) -> Status? {
            guard
                let json = object(golden.replacing("\"rtt_ms\":1.0", with: "\"rtt_ms\":" + rtt))
            else { return nil }
            return Status(json: json)
        }
        #expect(status("1e300")?.peers[0].rttMilliseconds == 1e15)
        #expect(try #require(status("null")).peers[0].rttMilliseconds == nil)
        #expect(status("\"x\"") == nil)
    }

    /// Every single key is needed: with one taken away, nothing is made up.
    @Test func aMissingKeyIsNoStatus() {
        let pieces = golden.split(separator: ",\"", omittingEmptySubsequences: false)
        for index in pieces.indices.dropFirst() where pieces[index].contains(":") {
            var spoiled = pieces.map { String($0) }
            spoiled[index] = "x_" + spoiled[index]
            guard let json = object(spoiled.joined(separator: ",\"")) else { continue }
            // A counter may have any name; the first state files did not know of quiet hours, and
            // the first reports not of details.
            let isFree = ["dropped", "quiet_hours", "detail"]
                .contains { pieces[index].hasPrefix($0) }
            let isRead = Status(json: json) != nil
            #expect(isRead == isFree, "\(pieces[index])")
        }
    }
}
