internal import Report

extension CommandGroup {
    /// Every command, one row each, in the order of intercomctl(1).
    static let all = [
        CommandGroup(
            "Look",
            [
                Command(
                    name: "status", options: ["--json"],
                    help: "show the station, its devices and its peers", function: showStatus),
                Command(
                    name: "peers", options: ["--json"],
                    help: "show only the peers", function: showPeers),
                Command(
                    name: "monitor", options: ["--json", "--json-lines"],
                    help: "print events, line by line, until Ctrl-C", function: monitor),
                Command(
                    name: "history", options: ["--missed", "--since", "--limit", "--json"],
                    help: "show the call history", function: showHistory),
                Command(
                    name: "stats", arguments: "[PEER]", count: 0...1, takes: [.peer],
                    options: ["--json"],
                    help: "show sound quality and network figures", function: showStats),
                Command(
                    name: "levels", options: ["--json-lines", "--seconds"],
                    help: "show live meters until Ctrl-C", function: showLevels),
                Command(
                    name: "metrics", options: [],
                    help: "print the status as OpenMetrics text",
                    function: printMetrics),
            ]),
        CommandGroup(
            "Talk",
            [
                Command(
                    name: "talk", arguments: "TARGET", count: 1...1, takes: [.target],
                    options: ["--seconds", "--json"],
                    help: "talk to a peer or channel until Ctrl-C", function: talk),
                Command(
                    name: "ptt", arguments: "down|up TARGET", count: 2...2,
                    takes: [.oneOf(["down", "up"]), .target],
                    options: ["--no-wait", "--json"],
                    help: "press or release a virtual talk button",
                    function: pressTalkKey),
                Command(
                    name: "reply", arguments: "down|up", count: 1...1,
                    takes: [.oneOf(["down", "up"])],
                    options: ["--no-wait", "--json"],
                    help: "virtual talk button for the peer heard last", function: reply),
                Command(
                    name: "page", arguments: "TARGET", count: 1...1, takes: [.target],
                    options: ["--priority", "--seconds", "--json"],
                    help: "speak to a peer or channel at once, until Ctrl-C", function: page),
                Command(
                    name: "announce", arguments: "TARGET", count: 1...2, takes: [.target],
                    options: ["--file", "--priority", "--json"], needed: ["--file"],
                    help: "play a WAV file to a peer or channel", function: announce),
                Command(
                    name: "relay", arguments: "NAME [PEER]", count: 1...2, takes: [.relay, .peer],
                    options: ["--no-wait", "--json"],
                    help: "switch a relay on for its pulse, here or at a peer",
                    function: switchRelay),
                Command(
                    name: "signal", arguments: "PEER", count: 1...1, takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "light the call light of a peer", function: signalPeer),
            ]),
        CommandGroup(
            "Call",
            [
                Command(
                    name: "call", arguments: "TARGET", count: 1...1, takes: [.target],
                    options: ["--priority", "--no-wait", "--json"],
                    help: "call a peer, or all of a channel", function: callTarget),
                Command(
                    name: "answer", options: ["--json"],
                    help: "answer the call that rings here", function: answerCall),
                Command(
                    name: "reject", options: ["--json"],
                    help: "reject the call that rings here", function: rejectCall),
                Command(
                    name: "hangup", options: ["--json"],
                    help: "end the call, or cancel one you are making", function: hangUp),
                Command(
                    name: "drop-in", arguments: "PEER", count: 1...1, takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "open both microphones, if the peer allows it", function: dropIn),
                Command(
                    name: "listen", arguments: "PEER", count: 1...1, takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "listen to a peer's room, if the peer allows it", function: listenIn),
            ]),
        CommandGroup(
            "Volume and quiet",
            [
                Command(
                    name: "volume", arguments: "[WHAT] [N|+N|-N]", count: 0...2,
                    takes: [.oneOf(SavedState.Volumes.Kind.allCases.map { $0.rawValue })],
                    options: ["--json"],
                    help: "set speaker, ring, tones or page, in percent", function: setVolume),
                Command(
                    name: "mute", arguments: "WHAT", count: 1...1, takes: [.mutable],
                    options: ["--json"],
                    help: "mute mic, speaker, a peer or a channel", function: mute),
                Command(
                    name: "unmute", arguments: "WHAT", count: 1...1, takes: [.mutable],
                    options: ["--json"],
                    help: "unmute mic, speaker, a peer or a channel", function: unmute),
                Command(
                    name: "dnd", arguments: "[on|off]", count: 0...1,
                    takes: [.oneOf(["on", "off"])],
                    options: ["--for", "--json"],
                    help: "do not disturb, for a time or until turned off",
                    function: setDoNotDisturb),
            ]),
        CommandGroup(
            "Keys and peers",
            [
                Command(
                    name: "key show", options: ["--json", "--fingerprint"],
                    help: "print the public key, or its fingerprint", function: showPublicKey),
                Command(
                    name: "peer list", options: ["--json"],
                    help: "list the peers in the files; needs no daemon",
                    function: listPeers),
                Command(
                    name: "peer show", arguments: "NAME", count: 1...1, takes: [.peer],
                    options: ["--json"],
                    help: "the same as show peer", function: showPeer),
                Command(
                    name: "show peer", arguments: "NAME", count: 1...1, takes: [.peer],
                    options: ["--json"],
                    help: "show how a peer is protected and what it may do", function: showPeer),
                Command(
                    name: "pair", arguments: "[HOST] [CODE]", count: 0...12,
                    options: ["--name", "--join", "--move", "--yes", "--json"],
                    help: "make two stations peers by a code",
                    function: pair),
                Command(
                    name: "invite", options: ["--name", "--yes"],
                    help: "over ssh: invite | ssh HOST intercomctl accept",
                    function: invite),
                Command(
                    name: "accept", options: ["--name", "--yes", "--json"],
                    help: "pair by the invitation on standard input",
                    function: accept),
                Command(
                    name: "peer add", arguments: "NAME ADDRESS KEY", count: 3...16,
                    takes: [.anything],
                    options: ["--psk-file", "--suite", "--gain", "--no-reload", "--json"],
                    help: "add a peer; write - as ADDRESS if it calls here", function: addPeer),
                Command(
                    name: "peer set", arguments: "NAME", count: 1...1, takes: [.peer],
                    options: [
                        "--address", "--psk-file", "--suite", "--gain", "--revoked", "--no-reload",
                        "--json",
                    ],
                    help: "change settings of a peer", function: setPeer),
                Command(
                    name: "peer verify", arguments: "NAME DIGITS", count: 2...7, takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "record that a peer's fingerprint was compared", function: verifyPeer),
                Command(
                    name: "peer rename", arguments: "NAME NEW", count: 2...2, takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "rename a peer on this station", function: renamePeer),
                Command(
                    name: "peer replace", arguments: "NAME KEY|PEER", count: 2...2,
                    takes: [.peer, .peer], options: ["--yes", "--no-reload", "--json"],
                    help: "let a new station take a dead one's place", function: replacePeer),
                Command(
                    name: "peer remove", arguments: "NAME", count: 1...1, takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "remove a peer that is not of the site", function: removePeer),
            ]),
        CommandGroup(
            "Site",
            [
                Command(
                    name: "site init", arguments: "NAME", count: 1...1, takes: [.anything],
                    options: ["--address", "--take-over", "--yes", "--no-reload", "--json"],
                    help: "begin a site, whose stations are introduced here", function: beginSite),
                Command(
                    name: "site add", arguments: "NAME [KEY]", count: 1...2, takes: [.peer],
                    options: ["--address", "--no-reload", "--json"],
                    help: "introduce a station to all of the site", function: addToSite),
                Command(
                    name: "site remove", arguments: "NAME", count: 1...1, takes: [.peer],
                    options: ["--yes", "--no-reload", "--json"],
                    help: "take a station out of the site", function: removeFromSite),
                Command(
                    name: "site replace", arguments: "NAME KEY|PEER", count: 2...2,
                    takes: [.peer, .peer],
                    options: ["--address", "--yes", "--no-reload", "--json"],
                    help: "introduce the successor of a dead station", function: replaceInSite),
                Command(
                    name: "site rename", arguments: "NAME NEW", count: 2...2,
                    takes: [.peer, .anything], options: ["--no-reload", "--json"],
                    help: "give a station of the site another name", function: renameInSite),
                Command(
                    name: "site channel", arguments: "NAME STATIONS", count: 2...33,
                    takes: [.anything, .peer], options: ["--no-reload", "--json"],
                    help: "make a channel of stations, or of all; - ends it",
                    function: setSiteChannel),
                Command(
                    name: "site join", arguments: "[PEER]", count: 0...1, takes: [.peer],
                    options: ["--site", "--yes", "--json"],
                    help: "join the site that a peer shows", function: joinSite),
                Command(
                    name: "site list", options: ["--json"],
                    help: "show the site and its stations; needs no daemon", function: listSite),
                Command(
                    name: "site export", options: ["--key"],
                    help: "print the signed roster, for site import", function: exportSite),
                Command(
                    name: "site import", arguments: "[FILE]", count: 0...1, takes: [.file],
                    options: ["--key", "--site", "--yes", "--no-reload", "--json"],
                    help: "make the stations of a roster peers", function: importSite),
                Command(
                    name: "site leave", options: ["--no-reload", "--json"],
                    help: "forget the site, and the peers that came with it", function: leaveSite),
            ]),
        CommandGroup(
            "Recordings",
            [
                Command(
                    name: "recording keygen", arguments: "[FILE]", count: 0...1, takes: [.file],
                    options: ["--json"],
                    help: "make a key to seal recordings to", function: makeRecordingKey),
                Command(
                    name: "recording verify", arguments: "FILE", count: 1...1, takes: [.file],
                    options: ["--key-file", "--json"],
                    help: "check that a recording is whole", function: verifyRecording),
                Command(
                    name: "recording show", arguments: "FILE", count: 1...1, takes: [.file],
                    options: ["--key-file", "--json"], needed: ["--key-file"],
                    help: "show the talkers and figures of a recording", function: showRecording),
                Command(
                    name: "recording open", arguments: "FILE", count: 1...1, takes: [.file],
                    options: ["--key-file", "--out", "--mix", "--json"], needed: ["--key-file"],
                    help: "write a WAV file for each talker", function: openRecording),
            ]),
        CommandGroup(
            "Set up",
            [
                Command(
                    name: "setup", options: ["--name", "--yes", "--force", "--json"],
                    help: "write a first configuration for this machine", function: setUp),
                Command(
                    name: "doctor", arguments: "[TOPIC...]", count: 0...32,
                    takes: [.oneOf(Check.Topic.allCases.map { $0.rawValue })], options: ["--json"],
                    help: "look for faults and print how to fix each", function: runDoctor),
                Command(
                    name: "config check", options: ["--json"],
                    help: "check the configuration", function: checkConfig),
                Command(
                    name: "config show", options: ["--effective", "--json"],
                    help: "print the configuration with every default", function: showConfig),
                Command(
                    name: "config diff", options: ["--json"],
                    help: "show what a reload would change", function: showDifference),
                Command(
                    name: "reload", options: ["--json"],
                    help: "make the daemon read the configuration again", function: reloadConfig),
            ]),
        CommandGroup(
            "Try devices",
            [
                Command(
                    name: "test speaker", options: ["--json"],
                    help: "play a rising tone on the speaker", function: testSpeaker),
                Command(
                    name: "test mic", options: ["--json"],
                    help: "show the microphone's level for 3 s", function: testMicrophone),
                Command(
                    name: "test loop", options: ["--json"],
                    help: "play a sound, check that the microphone hears it", function: testLoop),
                Command(
                    name: "test latency", arguments: "PEER", count: 1...1, takes: [.peer],
                    options: ["--json"],
                    help: "measure the delay from here to a peer's speaker", function: testLatency),
                Command(
                    name: "test button", arguments: "[NAME]", count: 0...1, takes: [.button],
                    options: ["--timeout", "--json"],
                    help: "wait for a press of a talk button", function: testButton),
                Command(
                    name: "test led", arguments: "[NAME]", count: 0...1, takes: [.lamp],
                    options: ["--json"],
                    help: "blink a lamp five times", function: testLamp),
                Command(
                    name: "audio list", options: ["--json"],
                    help: "list sound cards and their values for [audio]", function: listAudio),
                Command(
                    name: "audio controls", options: ["--json"],
                    help: "list volumes and mutes of the configured cards", function: listControls),
                Command(
                    name: "gpio list", options: ["--json"],
                    help: "list GPIO lines and their values for line", function: listGPIO),
                Command(
                    name: "keys list", options: ["--json"],
                    help: "list keys of keypads and their values for line",
                    function: listKeypadKeys),
            ]),
        CommandGroup(
            "Help",
            [
                Command(
                    name: "version", options: ["--json"],
                    help: "print the versions of this program and the daemon", function: showVersion
                ),
                Command(
                    name: "completion", arguments: "bash|zsh|fish", count: 1...1000,
                    takes: [.oneOf(CompletionScript.shells)], options: [],
                    help: "print a script that completes commands with Tab",
                    function: completion),
                Command(
                    name: "help", arguments: "[COMMAND]", count: 0...2,
                    takes: [.command, .command], options: [],
                    help: "print this, or the help of one command", function: showHelp),
            ]),
    ]
}
