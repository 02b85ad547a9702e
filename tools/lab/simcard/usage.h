// What `simcard` prints without arguments.
#ifndef SIMCARD_USAGE_H
#define SIMCARD_USAGE_H

static const char usage[] =
	"usage: simcard DIR/CARD COMMAND\n"
	"  play FILE.wav [--at WHEN] [--loop]              speak into the microphone\n"
	"  record FILE.wav [--at WHEN] [--seconds N] [--stereo]   listen to the speaker\n"
	"  status                                          one JSON object\n"
	"  spent                                           the most frames that passed between two moves\n"
	"                                                  of a program, since it was asked before\n"
	"  xrun playback|capture                           stop a running stream, as a late program does\n"
	"  unplug | replug                                 take the card away; bring it back\n"
	"  suspend | resume                                put the card to sleep; wake it\n"
	"  hang [playback|capture] [until-reopen] | unhang  let it stand still, without a word\n"
	"  slow MS                                         each opening and closing takes so long\n"
	"  ppm N                                           run the clock N millionths fast\n"
	"  jitter MS                                       tell of each period up to so much late\n"
	"  echo GAIN MS | echo off                         let the microphone hear the speaker\n"
	"  room FILE.wav GAIN | room off                   the answer of all walls to one sample\n"
	"  clip PEAK                                       where the speaker clips, softly; 0: never\n"
	"  noise PEAK                                      noise floor, in 16-bit steps; 0 for none\n"
	"  busy playback|capture [--seconds N]             hold a direction, as another program does\n"
	"  malloc on|off                                   make transfers call malloc\n"
	"WHEN is now+MS, ns:TIME, or the number of a frame of the card's clock; without it play begins\n"
	"in 100 ms and record at once. Both print a JSON line when they begin and one when they end;\n"
	"SIGINT and SIGTERM end them in order. The last line has the samples missed because the program\n"
	"came too late, and between which samples of the file ([from, to]) they are. Times are\n"
	"nanoseconds of CLOCK_MONOTONIC; WAV files are 48 kHz, 16 bits.\n";

#endif
