#!/usr/bin/perl
# Prints what in META.json does not follow the PGXN Meta Spec 1.0.0, or does not
# fit the rest of the repository.
#
#   perl tools/meta.pl [FILE]
use strict;
use warnings;

use JSON::PP;

my $semantic = qr/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-?[A-Za-z][0-9A-Za-z-]*)?$/;
my %licenses = map { $_ => 1 } qw(agpl_3 apache_1_1 apache_2_0 artistic_1 artistic_2 bsd freebsd gfdl_1_2 gfdl_1_3
	gpl_1 gpl_2 gpl_3 lgpl_2_1 lgpl_3_0 mit mozilla_1_0 mozilla_1_1 openssl perl_5 postgresql qpl_1_0 ssleay sun zlib
	open_source restricted unrestricted unknown);

sub slurp
{
	my ($file) = @_;
	open(my $in, '<', $file) or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

# A text with something in it.
sub text { return defined $_[0] && !ref $_[0] && $_[0] =~ /\S/ }

my $file = shift // 'META.json';
my $meta = eval { decode_json(slurp($file)) } or do { print "$file: $@"; exit };
my $problem = sub { print "$file: ", @_, "\n" };

for my $key (qw(name abstract maintainer license provides version meta-spec))
{
	$problem->("no $key") unless exists $meta->{$key};
}
for my $key (keys %$meta)
{
	$problem->("unknown key $key")
	  unless $key =~ /^(name|version|abstract|description|maintainer|license|provides|release_status|prereqs
		|tags|meta-spec|resources|no_index|generated_by)$|^[xX]_/x;
}
$problem->("name") unless text($meta->{name}) && $meta->{name} =~ m{^[^\s/\\[:cntrl:]]{2,}$};
for my $key (qw(abstract description generated_by))
{
	$problem->("$key is no text") if exists $meta->{$key} && !text($meta->{$key});
}
for my $maintainer (ref $meta->{maintainer} eq 'ARRAY' ? @{ $meta->{maintainer} } : $meta->{maintainer})
{
	$problem->('maintainer is no text') unless text($maintainer);
}
$problem->('version is not semantic') unless ($meta->{version} // '') =~ $semantic;
$problem->('license is not one that the spec names') unless $licenses{ $meta->{license} // '' };
$problem->('release_status') unless ($meta->{release_status} // 'stable') =~ /^(stable|testing|unstable)$/;
$problem->('tags') if grep { !text($_) || length > 255 } @{ $meta->{tags} // [] };
$problem->('meta-spec has no version 1.0.x') unless ($meta->{'meta-spec'}{version} // '') =~ /^1\.0\.\d+$/;

for my $name (sort keys %{ $meta->{provides} // {} })
{
	my $provided = $meta->{provides}{$name};
	for my $key (qw(file docfile))
	{
		next if $key eq 'docfile' && !exists $provided->{docfile};
		$problem->("provides $name: no $key") unless text($provided->{$key}) && -f $provided->{$key};
	}
	$problem->("provides $name: version") unless ($provided->{version} // '') =~ $semantic;
	$problem->("provides $name: unknown key $_") for grep { !/^(file|version|abstract|docfile)$|^[xX]_/ } keys %$provided;
}
for my $phase (sort keys %{ $meta->{prereqs} // {} })
{
	$problem->("prereqs: unknown phase $phase") unless $phase =~ /^(configure|build|test|runtime|develop)$/;
	for my $relation (sort keys %{ $meta->{prereqs}{$phase} })
	{
		$problem->("prereqs: unknown relation $relation") unless $relation =~ /^(requires|recommends|suggests|conflicts)$/;
		while (my ($package, $version) = each %{ $meta->{prereqs}{$phase}{$relation} })
		{
			$problem->("prereqs: version of $package") unless $version eq '0' || $version =~ $semantic;
		}
	}
}

# The release is the extension's: 1.0 is released as 1.0.0, mended as 1.0.1.
my ($extension) = slurp('achieve.control') =~ /^default_version\s*=\s*'(.*)'/m;
for my $version ($meta->{version}, map { $_->{version} } values %{ $meta->{provides} })
{
	$problem->("$version is no release of achieve.control's $extension") unless $version =~ /^\Q$extension\E(\.|$)/;
}
if (-f 'debian/changelog')
{
	my ($packaged) = slurp('debian/changelog') =~ /\A\S+ \((.*?)(?:-[^-]*)?\)/;
	$problem->("debian/changelog has version $packaged") unless $packaged eq $meta->{version};
}
